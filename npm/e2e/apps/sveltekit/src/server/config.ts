// What sveltekit.test.ts saves: the database module imports it.
export const config = {
  tutor: 'Ada',
};
