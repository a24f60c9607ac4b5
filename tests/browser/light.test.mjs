import assert from 'node:assert/strict';
import { evening } from './support/evening.mjs';
import { totalBytes, watchLoad } from './support/first-load.mjs';

/** Compressed script of a first load, the player's HLS part aside. */
const SCRIPT_BYTES_MAX = 150 * 1024;
const HLS = /\/assets\/hls-[\w-]+\.js$/;
const HASHED = /^\/assets\/[\w.-]+-[\w-]{8}\.(?:js|css|woff2|svg)$/;
const FOREVER = 'public, max-age=31536000, immutable';
const FILM = 'Aurora over Nothing';
const STREAMED_FILM = 'Two Stones in a Pond';

evening('a first load is light', async (house) => {
  const vasily = await house.person('Vasily');
  await vasily.signUp();
  const { room } = await vasily.openRoom(FILM);
  const signedIn = await vasily.context.storageState();

  for (const path of ['/', '/people', `/room/${room.id}`]) {
    const stranger = await house.person('Stranger', { storageState: signedIn });
    stranger.expectTrouble(/status of 409/);
    const load = watchLoad(stranger.page);
    await stranger.open(path);
    await stranger.page.waitForLoadState('networkidle');
    await stranger.page.getByTestId('me').waitFor({ state: 'attached' });
    const scripts = await load.scripts(HLS);
    assert.ok(scripts.some((script) => HASHED.test(script.path)));
    const bytes = totalBytes(scripts);
    assert.ok(
      bytes <= SCRIPT_BYTES_MAX,
      `${path} loads ${bytes} bytes: ${JSON.stringify(scripts)}`,
    );
    assert.equal((await load.scripts(/^$/)).length, scripts.length, 'HLS only where it is played');
  }
});

evening('the player’s HLS part comes with a film that needs it', async (house) => {
  const vasily = await house.person('Vasily');
  await vasily.signUp();
  const load = watchLoad(vasily.page);
  await vasily.openRoom(STREAMED_FILM);
  assert.equal((await load.scripts(/^$/)).filter(({ path }) => HLS.test(path)).length, 1);
});

evening('a Russian loads no English', async (house) => {
  const vasily = await house.person('Vasily', { locale: 'ru-RU' });
  const load = watchLoad(vasily.page);
  await vasily.open('/');
  await vasily.page.getByRole('heading', { name: 'Вход' }).waitFor();
  assert.equal(await vasily.page.locator('html').getAttribute('lang'), 'ru');
  const dictionaries = (await load.scripts(/^$/)).filter(({ path }) => /\/(en|ru)-/.test(path));
  assert.deepEqual(
    dictionaries.map(({ path }) => path.replace(/-.*/, '')),
    ['/assets/ru'],
  );
});

evening('files are stored for ever and come compressed', async (house) => {
  const { address } = house.server;
  const home = await fetch(address, { headers: { Accept: 'text/html' } });
  assert.equal(home.headers.get('cache-control'), 'no-cache');
  const html = await home.text();
  const paths = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(
    ([, path]) => path ?? '',
  );
  assert.ok(paths.length >= 3, 'a script, a stylesheet, a font');

  for (const path of paths) {
    assert.match(path, HASHED);
    const packs = /\.(js|css)$/.test(path) ? ['br', 'gzip'] : [];
    for (const encoding of packs) {
      const answer = await fetch(address + path, { headers: { 'Accept-Encoding': encoding } });
      assert.equal(answer.headers.get('content-encoding'), encoding, path);
      assert.equal(answer.headers.get('vary'), 'Accept-Encoding');
    }
    const plain = await fetch(address + path, { headers: { 'Accept-Encoding': 'identity' } });
    assert.equal(plain.status, 200, path);
    assert.equal(plain.headers.get('content-encoding'), null);
    assert.equal(plain.headers.get('cache-control'), FOREVER);
    const known = await fetch(address + path, {
      headers: { 'If-None-Match': plain.headers.get('etag') ?? '', 'Accept-Encoding': 'identity' },
    });
    assert.equal(known.status, 304, path);
  }
});
