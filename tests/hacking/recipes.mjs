// recipes.mjs: the recipes of HACKING.md, read as a program reads them. A recipe is a "### " heading under "## Recipes".
//
//   ```c src/tenants/notes.c      makes the file, or goes on with one that a recipe made
//   ```diff                       changes files that are there:
//   --- src/app/wiring.c              from here on it is this one
//        tenants_routes,              a blank before it: such a line must be there, once with its neighbours
//   +    tenants_note_routes,         added;  - in front: taken away
//   @@                                another place in the same file
//
// "…" at the end of a line stands for the rest of it; at the end of an added line, for that of the line taken away before
// it. A file must be named in the words above its block, because readers of the page do not see what stands behind the
// fence. NNNN in a schema's name is the next free number. Whatever cannot be done ends in a sentence that names the recipe
// and the block.

const FENCE = /^( *)```(.*)$/;

export class RecipeError extends Error {}

/** [{ title, blocks: [{ number, kind, path, lines, above }] }] */
export function parse(markdown) {
    const lines = markdown.split('\n');
    const begin = lines.indexOf('## Recipes');
    if (begin < 0) throw new RecipeError('there is no heading "## Recipes"');
    const recipes = [];
    let recipe = null, above = '';
    for (let i = begin + 1; i < lines.length && !lines[i].startsWith('## '); i++) {
        if (lines[i].startsWith('### ')) recipes.push(recipe = { title: lines[i].slice(4), blocks: [] });
        const fence = FENCE.exec(lines[i]);
        if (!fence) {
            above += `${lines[i]}\n`;
            continue;
        }
        const [, indent, info] = fence, text = [];
        for (i++; i < lines.length && lines[i] !== `${indent}\`\`\``; i++)
            text.push(lines[i].startsWith(indent) ? lines[i].slice(indent.length) : lines[i].trimStart());
        if (i === lines.length) throw new RecipeError(`"${recipe?.title}": a block does not end`);
        if (!recipe) throw new RecipeError('a block stands before the first recipe');
        const [kind, path] = info.split(' ');
        recipe.blocks.push({ number: recipe.blocks.length + 1, kind, path, lines: text, above });
        above = '';
    }
    return recipes;
}

/** A tree of files whose changes stay in memory. `read`: the text of a file of the real tree, null when there is none. */
export class Tree {
    constructor(read, schemaNumbers) {
        this.readReal = read;
        this.changed = new Map();
        this.next = Math.max(1000, ...schemaNumbers) + 1;
        this.numbered = new Map();
    }
    path(name) {
        if (!name.includes('NNNN')) return name;
        if (!this.numbered.has(name)) this.numbered.set(name, name.replace('NNNN', String(this.next++)));
        return this.numbered.get(name);
    }
    read(path) { return this.changed.get(path) ?? this.readReal(path); }
    isReal(path) { return this.readReal(path) !== null; }
    write(path, text) { this.changed.set(path, text); }
}

const OPEN = '…';
const indentOf = (line) => line.length - line.trimStart().length;
/** How far it stands from the margin does not count: the added lines follow. */
function fits(wanted, line) {
    const [a, b] = [wanted.trimStart(), line.trimStart()];
    return a.endsWith(OPEN) ? b.startsWith(a.slice(0, -1)) : a === b;
}

/** The hunks of a diff block: [{ path, lines }]. */
function hunks(lines, fail) {
    const found = [];
    let path = null, hunk = null;
    for (const line of lines) {
        if (line.startsWith('--- ')) {
            path = line.slice(4);
            hunk = null;
        } else if (line === '@@') {
            hunk = null;
        } else {
            if (path === null) fail('a diff begins with "--- FILE"');
            if (line !== '' && !' +-'.includes(line[0])) fail(`this line begins with neither blank, + nor -: ${line}`);
            if (hunk === null) found.push(hunk = { path, lines: [] });
            hunk.lines.push(line === '' ? ' ' : line);
        }
    }
    if (found.length === 0) fail('the diff changes nothing');
    return found;
}

function applyHunk(tree, { path, lines }, fail) {
    const text = tree.read(path);
    if (text === null) fail(`${path} is not there`);
    const old = text.split('\n');
    const wanted = lines.filter((line) => line[0] !== '+').map((line) => line.slice(1));
    if (wanted.length === 0) fail(`nothing says where in ${path}`);
    if (wanted.length === lines.length) fail(`${path}: no line is added`);
    const places = [];
    for (let at = 0; at + wanted.length <= old.length; at++)
        if (wanted.every((line, i) => fits(line, old[at + i]))) places.push(at);
    const where = wanted.length === 1 ? `the line "${wanted[0].trim()}"` : `the lines from "${wanted[0].trim()}" on`;
    if (places.length === 0) fail(`${path} no longer has ${where}`);
    if (places.length > 1) fail(`${path} has ${where} ${places.length} times`);
    const shift = indentOf(old[places[0]]) - indentOf(wanted[0]);
    const shifted = (text) => (shift > 0 && text !== '' ? ' '.repeat(shift) + text : text.slice(Math.min(-shift, indentOf(text))));
    const out = [];
    let at = places[0], rest = '';
    for (const line of lines) {
        const text = line.slice(1), open = text.endsWith(OPEN);
        if (line[0] === '+') {
            out.push(shifted(open ? text.slice(0, -1) + rest : text));
            continue;
        }
        const there = old[at++];
        if (line[0] === ' ') out.push(there);
        else rest = open ? there.trimStart().slice(text.trimStart().length - 1) : '';
    }
    old.splice(places[0], wanted.length, ...out);
    tree.write(path, old.join('\n'));
}

function applyBlock(tree, block, told, fail) {
    const named = block.kind === 'diff' ? [] : [block.path];
    if (block.kind === 'diff') {
        for (const hunk of hunks(block.lines, fail)) applyHunk(tree, hunk, fail);
    } else {
        if (!block.path) fail('it says neither "diff" nor which file it makes');
        const path = tree.path(block.path);
        if (tree.isReal(path)) fail(`${path} is there already: a change of it is a diff`);
        const before = tree.read(path);
        tree.write(path, `${before === null ? '' : `${before}\n`}${block.lines.join('\n')}\n`);
    }
    for (const path of named) if (!told.includes(path)) fail(`the words above it do not name ${path}`);
}

/** Applies all blocks of a recipe, in order. */
export function apply(tree, recipe) {
    for (const block of recipe.blocks) {
        const fail = (why) => { throw new RecipeError(`recipe "${recipe.title}", block ${block.number}: ${why}`); };
        applyBlock(tree, block, block.above, fail);
    }
}
