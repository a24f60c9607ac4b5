/** What a browser that has never been here fetches to show a page. */

/** @typedef {{ path: string, type: string, bytes: number, status: number }} Fetched */

/**
 * Watches a page from before its first navigation on. Bytes are those of the body as it came over
 * the line, compressed.
 *
 * @param {import('playwright-core').Page} page
 */
export function watchLoad(page) {
  const fetched = /** @type {Promise<Fetched>[]} */ ([]);
  page.on('requestfinished', (request) => fetched.push(measured(request)));
  return {
    /** Compressed bytes of all scripts so far whose path is not left out. @param {RegExp} except */
    async scripts(except) {
      const all = await Promise.all(fetched);
      return all.filter(({ type, path }) => type === 'script' && !except.test(path));
    },
  };
}

/** @param {readonly Fetched[]} fetched */
export function totalBytes(fetched) {
  return fetched.reduce((sum, { bytes }) => sum + bytes, 0);
}

/**
 * @param {import('playwright-core').Request} request
 * @returns {Promise<Fetched>}
 */
async function measured(request) {
  const [sizes, response] = await Promise.all([request.sizes(), request.response()]);
  return {
    path: new URL(request.url()).pathname,
    type: request.resourceType(),
    bytes: sizes.responseBodySize,
    status: response?.status() ?? 0,
  };
}
