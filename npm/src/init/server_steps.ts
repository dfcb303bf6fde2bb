// How the extension comes into the server that this project seems to have: Docker with the official
// image, on Debian or Alpine; Debian's packages; Homebrew. For init.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { loadStatement } from '../database/diagnosis.js';

export type Kind = 'docker' | 'alpine' | 'apt' | 'homebrew' | 'other';

const composeFiles = ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml'];

export function kindOfServer(folder: string, system: NodeJS.Platform = process.platform): Kind {
  for (let here = folder; ; here = dirname(here)) {
    for (const file of composeFiles.filter((file) => existsSync(join(here, file)))) {
      const image = /^\s*image:\s*["']?(?:[\w./-]*\/)?postgres(?::([\w.-]+))?["']?\s*$/m.exec(
        readFileSync(join(here, file), 'utf8'),
      );
      if (image !== null) {
        return image[1]?.includes('alpine') ? 'alpine' : 'docker';
      }
    }
    if (existsSync(join(here, '.git')) || dirname(here) === here) {
      break;
    }
  }
  if (system === 'darwin') {
    return 'homebrew';
  }
  return system === 'linux' && existsSync('/etc/debian_version') ? 'apt' : 'other';
}

const create = 'psql "$DATABASE_URL" -c "CREATE EXTENSION ai_cleanup"';

/** In the folder of ai_cleanup's source, where it is to be built; what is loaded now may be unknown. */
export function serverSteps(kind: Kind, libraries: string | null): string[] {
  const load = loadStatement(libraries ?? '');
  const keep =
    libraries === null
      ? ["(If SHOW shared_preload_libraries names others: = 'others', 'ai_cleanup'.)"]
      : [];
  switch (kind) {
    case 'docker':
      return [
        'In the folder of its source: docker build -f docker/Dockerfile -t postgres-ai-cleanup .',
        'In your compose file: image: postgres-ai-cleanup instead of image: postgres:…',
        '  and, if there is a command: already, -c shared_preload_libraries=ai_cleanup in it.',
        'docker compose up -d',
        create,
      ];
    case 'alpine':
      return [
        'The image is on Alpine. In the folder of its source:',
        '  docker build -f docker/Dockerfile.alpine -t postgres-ai-cleanup .',
        'In your compose file: image: postgres-ai-cleanup instead of image: postgres:…-alpine',
        '  and, if there is a command: already, -c shared_preload_libraries=ai_cleanup in it.',
        'docker compose up -d',
        create,
      ];
    case 'apt':
      return [
        'In the folder of its source, with N for the version of your server:',
        '  sudo apt-get install g++ make postgresql-server-dev-N',
        '  make -f Makefile.pgxs && sudo make -f Makefile.pgxs install',
        `sudo -u postgres psql -c "${load}"`,
        ...keep,
        'sudo service postgresql restart',
        create,
      ];
    case 'homebrew':
      return [
        'In the folder of its source, with N for the version of your server:',
        '  export PG_CONFIG="$(brew --prefix postgresql@N)/bin/pg_config"',
        '  make -f Makefile.pgxs PG_CONFIG="$PG_CONFIG" install',
        `psql postgres -c "${load}"`,
        ...keep,
        'brew services restart postgresql@N',
        create,
      ];
    case 'other':
      return [
        'Build and install it as its README says; then, as a superuser:',
        `  ${load};`,
        ...keep,
        'Restart the server.',
        create,
      ];
  }
}
