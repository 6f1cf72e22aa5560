// run.mjs: the recipes of HACKING.md, done. The tree as git has it goes to build/hacking/tree, all recipes are applied to it
// one after the other, and then what a person would do next: build, the new tests and those that look at everything, lint,
// the API description, the console's types, its linters, its tests. What is unchanged since the last run keeps its time, so a
// second run builds only what differs. Needs CHATHUB_TEST_POSTGRES and the packages of web/.
//
// usage: node tests/hacking/run.mjs [apply]     apply: leave the tree there and stop
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { apply, parse, RecipeError, Tree } from './recipes.mjs';
import { refusals } from './refusals.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const place = path.join(root, 'build/hacking');
const tree = path.join(place, 'tree');
// The same place below it and the same options as the debug tree have: what the recipes left alone comes from the cache.
const build = path.join(tree, 'build/debug');
const RECIPES = ['A table', 'An endpoint', 'A job', 'A letter', 'A backend', 'A sender', 'A page of the console'];
// Those that the recipes make, and those that look at everything there is: statements on both engines and their plans,
// columns that nobody reads, letters in both languages.
const TESTS = ['tenants/test_notes', 'tenants/test_desk', 'tenants/test_dictation', 'app/test_letters', 'app/test_columns',
    'app/test_plans', 'app/test_app'];
const WEB_TESTS = ['src/pages/notes.test.tsx', 'src/i18n', 'src/live', 'src/ui'];

let passed = 0, failed = 0;
function told(name, fault) {
    if (fault === null) passed++;
    else failed++;
    console.log(fault === null ? `ok   ${name}` : `FAILED ${name}\n${fault.replace(/^/gm, '     ')}`);
}
function finish() {
    console.log(`${passed} passed, ${failed} failed`);
    process.exit(failed === 0 ? 0 : 1);
}

/** null, or the end of what it said. What other programs of this run keep for each other is not for another tree. */
function run(command, args, { cwd = tree, env = {}, out = null } = {}) {
    return new Promise((resolve) => {
        const child = spawn(command, args, { cwd, env: { ...process.env, CHATHUB_TEST_SHARED: '', ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
        let said = '', answer = '';
        child.stdout.on('data', (bytes) => { (out ? answer += bytes : said += bytes); });
        child.stderr.on('data', (bytes) => { said += bytes; });
        child.on('error', (e) => resolve(`${command}: ${e.message}`));
        child.on('close', (code) => {
            if (out && code === 0) fs.writeFileSync(out, answer);
            resolve(code === 0 ? null : `${command} ${args.join(' ')} ended with ${code}\n${said.slice(-4000)}`);
        });
    });
}

// ---- the copy ----

function tracked() {
    const git = spawnSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], { cwd: root, maxBuffer: 64 << 20 });
    if (git.status !== 0) throw new Error(`git ls-files: ${git.stderr}`);
    const isFile = (name) => fs.lstatSync(path.join(root, name), { throwIfNoEntry: false })?.isFile() === true;
    return git.stdout.toString().split('\0').filter((name) => name !== '' && isFile(name));
}

function put(name, bytes, mode) {
    const to = path.join(tree, name);
    const there = fs.lstatSync(to, { throwIfNoEntry: false });
    if (there?.isFile() && there.size === bytes.length && fs.readFileSync(to).equals(bytes)) return;
    fs.mkdirSync(path.dirname(to), { recursive: true });
    fs.writeFileSync(to, bytes);
    fs.chmodSync(to, mode);
}

/** Writes the changed tree out; what an earlier run left and this one does not have goes. */
function writeOut(names, changed) {
    const wanted = new Set([...names, ...changed.keys()]);
    for (const name of names) {
        const from = path.join(root, name), text = changed.get(name);
        put(name, text === undefined ? fs.readFileSync(from) : Buffer.from(text), fs.statSync(from).mode);
    }
    for (const [name, text] of changed) if (!names.includes(name)) put(name, Buffer.from(text), 0o644);
    for (const entry of fs.readdirSync(tree, { recursive: true, withFileTypes: true })) {
        const name = path.relative(tree, path.join(entry.parentPath, entry.name));
        if (entry.isFile() && !wanted.has(name) && !name.startsWith('build/') && !name.includes('node_modules')) fs.rmSync(path.join(tree, name));
    }
    // Packages are the tree's own.
    const modules = path.join(tree, 'web/node_modules');
    fs.rmSync(modules, { force: true });
    fs.symlinkSync(path.join(root, 'web/node_modules'), modules);
}

function applied(names) {
    const known = new Set(names);
    const numbers = names.map((name) => /^src\/\w+\/schema\/(\d{4})_/.exec(name)).filter(Boolean).map((m) => Number(m[1]));
    const copy = new Tree((name) => (known.has(name) ? fs.readFileSync(path.join(root, name), 'utf8') : null), numbers);
    let recipes;
    try {
        recipes = parse(copy.read('HACKING.md'));
    } catch (e) {
        if (!(e instanceof RecipeError)) throw e;
        told('HACKING.md can be read', e.message);
        return null;
    }
    for (const title of RECIPES)
        if (!recipes.some((recipe) => recipe.title === title)) told(`recipe "${title}"`, 'HACKING.md no longer has it');
    for (const recipe of recipes) {
        let fault = recipe.blocks.length > 0 ? null : 'it has no block';
        try {
            apply(copy, recipe);
        } catch (e) {
            if (!(e instanceof RecipeError)) throw e;
            fault = e.message;
        }
        told(`recipe "${recipe.title}" can be applied`, fault);
    }
    return failed === 0 ? copy.changed : null;
}

// ---- what comes after ----

async function built() {
    if (!fs.existsSync(path.join(build, 'build.ninja'))) {
        const fault = await run('meson', ['setup', build, tree, '-Doptimization=1', '-Dquick_passwords=true', '-Ddebug=false', '-Dc_link_args=-fuse-ld=gold -no-pie'], { cwd: place });
        if (fault) return fault;
    }
    const programs = ['src/app/chathub', ...TESTS.map((name) => `src/${name}`)];
    return await run('ninja', ['-C', build, '--quiet', ...programs]);
}

async function units() {
    for (const name of TESTS) told(name, await run(path.join(build, 'src', name), [], { cwd: build }));
}

async function description() {
    const file = path.join(build, 'openapi.json');
    const fault = await run(path.join(build, 'src/app/chathub'), ['openapi'], { out: file });
    if (fault) return fault;
    const operations = JSON.parse(fs.readFileSync(file, 'utf8')).paths['/api/notes'];
    if (!operations?.get || !operations.post) return 'it does not have GET and POST /api/notes';
    const pages = fs.readFileSync(path.join(build, 'src/http/console_paths.c'), 'utf8');
    return pages.includes('"/notes"') ? null : 'the server does not know the address of the page';
}

async function web(changed) {
    const cwd = path.join(tree, 'web'), console_ = path.join(cwd, 'console');
    const files = [...changed.keys()].filter((name) => /^web\/.*\.tsx?$/.test(name)).map((name) => name.slice(4));
    const tool = (name, ...args) => ['npx', ['--no-install', name, ...args]];
    told('the console\'s types are generated',
        await run(...tool('openapi-typescript', path.join(build, 'openapi.json'), '--output', 'shared/api.gen.ts'), { cwd }));
    told('the console is formatted', await run(...tool('prettier', '--write', ...files), { cwd }));
    told('the console compiles', await run(...tool('tsc', '-p', 'tsconfig.app.json'), { cwd: console_ }));
    told('the console\'s rules', await run(...tool('eslint', ...files), { cwd }));
    told('the page\'s tests', await run(...tool('vitest', 'run', ...WEB_TESTS), { cwd: console_ }));
}

const lint = () => run(path.join(tree, 'tools/lint'), [], { env: { GIT_CEILING_DIRECTORIES: place } });

async function main() {
    for (const [name, fault] of refusals()) told(name, fault);
    const names = tracked();
    const changed = applied(names);
    if (changed === null) finish();
    fs.mkdirSync(tree, { recursive: true });
    writeOut(names, changed);
    if (process.argv[2] === 'apply') finish();
    const sources = [...changed.keys()].filter((name) => /\.[ch]$/.test(name));
    told('the C code is formatted', await run('clang-format-14', ['-i', ...sources]));
    const fault = await built();
    told('the tree with all recipes builds', fault);
    if (fault) finish();
    const described = await description();
    told('the API description and the addresses of pages have what is new', described);
    await Promise.all([units(), described ? null : web(changed), lint().then((l) => told('lint over the changed tree', l))]);
    finish();
}

await main();
