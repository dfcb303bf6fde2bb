// What the tests save: the database module imports it. All apps have this folder as src/server.
export const config = {
  tutor: 'Ada',
};
