/**
 * Who is measured: the page as it ships, and the same page with only its controller exchanged for
 * one that does what another project does. Everything else (socket, player, screen, server) is
 * the same.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const WEB = fileURLToPath(new URL('../../../web/', import.meta.url));
const ENTRY = /\/assets\/index-[\w-]+\.js/;
const CONTROLLER = /\/sync\/controller(\.ts)?$/;

/**
 * @typedef {object} Follower
 * @property {string} name
 * @property {(context: import('playwright-core').BrowserContext) => Promise<void>} serveTo
 *   makes the people of this context meet this follower
 * @property {() => void} dispose
 */

/** The page as the server has it. @returns {Follower} */
export function shipped() {
  return {
    name: 'Movie Together',
    serveTo: () => Promise.resolve(),
    dispose: () => undefined,
  };
}

/**
 * The page with its controller exchanged.
 *
 * @param {string} name
 * @param {string} controller file in `yardsticks/`
 * @returns {Promise<Follower>}
 */
export async function yardstick(name, controller) {
  const folder = mkdtempSync(join(tmpdir(), 'movie-together-yardstick-'));
  const path = fileURLToPath(new URL(`./yardsticks/${controller}`, import.meta.url));
  const { build } = await import(createRequire(join(WEB, 'package.json')).resolve('vite'));
  await build({
    root: WEB,
    configFile: join(WEB, 'vite.config.ts'),
    logLevel: 'error',
    plugins: [exchange(path)],
    build: { outDir: folder, emptyOutDir: true },
  });
  return {
    name,
    serveTo: (context) => serveFrom(folder, context),
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** @param {string} path the controller to have instead */
function exchange(path) {
  return {
    name: 'exchange-controller',
    enforce: 'pre',
    /** @param {string} source */
    resolveId: (source) => (CONTROLLER.test(source) ? path : null),
  };
}

/**
 * The page itself comes from the server, and its scripts from the folder: what the server's page
 * begins with only leads to the folder's own beginning.
 *
 * @param {string} folder of a built page
 * @param {import('playwright-core').BrowserContext} context
 */
export async function serveFrom(folder, context) {
  const entry = ENTRY.exec(readFileSync(join(folder, 'index.html'), 'utf8'))?.[0];
  if (!entry) throw new Error('the yardstick has no entry');
  await context.route(/\/assets\/[^/]+\.js$/, (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname === entry || !ENTRY.test(pathname))
      return route.fulfill({ path: join(folder, pathname) });
    return route.fulfill({ contentType: 'text/javascript', body: `import '${entry}';` });
  });
}
