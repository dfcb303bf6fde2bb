// What one turns while developing. Saving this file reloads the database module, which imports it.
export const config = {
  tutor: 'Ada',
  maxConnections: 5,
};
