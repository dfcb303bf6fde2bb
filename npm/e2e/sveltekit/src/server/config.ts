export const config = {
  tutor: 'Ada',
};
