// The end of npm run build: puts beside the compiled code what the compiler leaves out, and lets
// the command be called by its name (npm sees to that only when it installs the package).
import { chmodSync, copyFileSync } from 'node:fs';

for (const file of ['index.html', 'panel.css']) {
  copyFileSync(`src/panel/page/${file}`, `dist/panel/page/${file}`);
}
chmodSync('dist/cli/main.js', 0o755);
