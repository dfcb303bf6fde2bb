// Nothing is configured; SvelteKit wants the file.
export default {};
