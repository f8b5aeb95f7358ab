import { createHash } from "node:crypto";

import { assert, client, eachClient, refused, server, test } from "./support/setup.mjs";

const noScript = "NOSCRIPT No matching script. Please use EVAL.";
const sha1 = (text) => createHash("sha1").update(text).digest("hex");

eachClient("scripts get keys and arguments, and answer every kind", async ({ redis, key }) => {
    assert.deepEqual(await redis.eval("return {KEYS[1], ARGV[1], ARGV[2]}", [key()], ["x", 2]), [key(), "x", 2]);
    assert.equal(await redis.eval("return nil", [], []), null);
    assert.equal(await redis.eval("return 3.99", [], []), 3);
    assert.equal(await redis.eval("return redis.status_reply('FINE')", [], []), "FINE");
    assert.equal(await redis.eval("return redis.status_reply('OK')", [], []), "OK");
    const nested = "return {redis.status_reply('OK'), 1, false, {'x', 'OK', {redis.status_reply('OK'), 2}}, true}";
    assert.deepEqual(await redis.eval(nested, [], []), ["OK", 1, null, ["x", "OK", ["OK", 2]], 1]);
    assert.deepEqual(await redis.eval("return {}", [], []), []);
    assert.equal(await redis.eval("return redis.call('set', KEYS[1], ARGV[1])", [key()], ["v"]), "OK");
    assert.equal(await redis.get(key()), "v");
});

eachClient("scripts fail with their own words", async ({ redis, key }) => {
    await refused(redis.eval("return redis.error_reply('MINE is broken')", [], []), "MINE is broken");
    await refused(redis.eval("return nonsense(", [], []), "ERR Error compiling script");
    await redis.set(key(), "text");
    await refused(redis.eval("return redis.call('lpush', KEYS[1], 'x')", [key()], []), "WRONGTYPE");
});

eachClient("an unknown script is loaded and known from then on", async ({ redis, key }) => {
    await redis.scriptFlush();
    const script = redis.createScript(`return {ARGV[1], '${key()}'}`);
    await refused(redis.evalsha(sha1(script.script), [], ["x"]), noScript);
    assert.deepEqual(await script.exec([], ["x"]), ["x", key()]);
    assert.equal(script.sha1, sha1(script.script));
    assert.deepEqual(await redis.evalsha(script.sha1, [], ["y"]), ["y", key()]);
    assert.deepEqual(await script.evalsha([], ["z"]), ["z", key()]);
    assert.deepEqual(await script.eval([], ["e"]), ["e", key()]);
    assert.deepEqual(await redis.scriptExists(script.sha1, "0".repeat(40)), [1, 0]);
    assert.equal(await redis.scriptFlush({ sync: true }), "OK");
    assert.deepEqual(await redis.scriptExists(script.sha1), [0]);
    assert.equal(await redis.scriptLoad(script.script), script.sha1);
    assert.deepEqual(await script.exec([], ["x"]), ["x", key()]);
});

eachClient("scripts that only read are kept to it", async ({ redis, key }) => {
    await redis.set(key(), "v");
    const read = redis.createScript("return redis.call('get', KEYS[1])", { readonly: true });
    assert.equal(await redis.evalRo(read.script, [key()], []), "v");
    await redis.scriptFlush();
    await refused(redis.evalshaRo(sha1(read.script), [key()], []), noScript);
    assert.equal(await read.exec([key()], []), "v");
    assert.equal(await read.evalshaRo([key()], []), "v");
    await refused(redis.evalRo("return redis.call('del', KEYS[1])", [key()], []), "Write commands are not allowed");
});

eachClient("scripts may ask for key locking, which is left out", async ({ redis, key }) => {
    const flags = ["allow-key-locking", "no-writes,allow-key-locking", "allow-key-locking,no-writes"];
    for (const flag of flags) {
        await redis.scriptFlush();
        const text = `#!lua flags=${flag}\nreturn {KEYS[1], '${key(flag)}'}`;
        await refused(redis.evalsha(sha1(text), [key()], []), noScript);
        assert.deepEqual(await redis.eval(text, [key()], []), [key(), key(flag)]);
        assert.deepEqual(await redis.evalsha(sha1(text), [key()], []), [key(), key(flag)]);
        assert.deepEqual(await redis.evalshaRo(sha1(text), [key()], []), [key(), key(flag)]);
        assert.deepEqual(await redis.evalRo(text, [key()], []), [key(), key(flag)]);
        assert.deepEqual(await redis.scriptExists(sha1(text)), [1]);
        assert.equal(await redis.scriptLoad(text), sha1(text));
    }
});

test("what one client loads, another runs, and a flush is noticed", async ({ key }) => {
    const text = `#!lua flags=allow-key-locking\nreturn '${key()}'`;
    assert.equal(await client().scriptLoad(text), sha1(text));
    assert.equal(await client().evalsha(sha1(text), [], []), key());
    server.cli("script", "flush");
    const script = client().createScript(text);
    assert.equal(await script.exec([], []), key());
    assert.equal(await script.exec([], []), key());
});

const library = (name, key) => `#!lua name=${name}
redis.register_function('${name}_put', function(keys, args) return redis.call('SET', keys[1], args[1]) end)
redis.register_function{
    function_name = '${name}_get', flags = {'no-writes'}, description = 'reads',
    callback = function(keys, args) return {redis.call('GET', keys[1]), args[1], '${key}'} end,
}`;

eachClient("functions are loaded, listed, called and deleted", async ({ redis, key }) => {
    const name = key().replaceAll(":", "_");
    const code = library(name, key());
    assert.equal(await redis.functions.load({ code }), name);
    await refused(redis.functions.load({ code }), `ERR Library '${name}' already exists`);
    assert.equal(await redis.functions.load({ code, replace: true }), name);
    assert.equal(await redis.functions.call(`${name}_put`, [key()], ["v"]), "OK");
    assert.deepEqual(await redis.functions.call(`${name}_get`, [key()], ["a"]), ["v", "a", key()]);
    assert.deepEqual(await redis.functions.callRo(`${name}_get`, [key()], [7]), ["v", 7, key()]);
    await refused(
        redis.functions.callRo(`${name}_put`, [key()], ["w"]),
        "ERR Can not execute a script with write flag",
    );
    const [listed] = await redis.functions.list({ libraryName: name, withCode: true });
    assert.deepEqual([listed.libraryName, listed.engine, listed.libraryCode], [name, "LUA", code]);
    const functions = listed.functions.sort((a, b) => (a.name < b.name ? -1 : 1));
    assert.deepEqual(
        functions.map((each) => each.name),
        [`${name}_get`, `${name}_put`],
    );
    assert.deepEqual([functions[0].flags, functions[0].description], [["no-writes"], "reads"]);
    assert.deepEqual((await redis.functions.stats()).engines.LUA, { librariesCount: 1, functionsCount: 2 });
    assert.equal(await redis.functions.delete(name), "OK");
    await refused(redis.functions.call(`${name}_get`, [key()], []), "ERR Function not found");
    assert.equal(await redis.functions.flush(), "OK");
    assert.deepEqual(await redis.functions.list(), []);
});
