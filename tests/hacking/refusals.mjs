// refusals.mjs: what a recipe that no longer fits is told. The tree is a list of texts.
import { apply, parse, RecipeError, Tree } from './recipes.mjs';

const FILES = { 'a.c': 'int one;\nint two;\nint two;\nint three = 3;\n', 'b.c': 'x, y, z\n', 'd.c': 'list = {\n        one,\n};\n' };
const fence = (info, ...lines) => ['```' + info, ...lines, '```'].join('\n');
const page = (...parts) => ['# Working', '## Recipes', '### A thing', ...parts, '## Tests'].join('\n');

function run(markdown) {
    const tree = new Tree((path) => FILES[path] ?? null, [1002, 310]);
    for (const recipe of parse(markdown)) apply(tree, recipe);
    return tree.changed;
}

const made = [
    ['an addition behind a line', page(fence('diff', '--- a.c', ' int one;', '+int more;')),
        { 'a.c': 'int one;\nint more;\nint two;\nint two;\nint three = 3;\n' }],
    ['an addition before a line whose end is open', page(fence('diff', '--- a.c', '+int more;', ' int three…')),
        { 'a.c': 'int one;\nint two;\nint two;\nint more;\nint three = 3;\n' }],
    ['a replacement that keeps the rest', page(fence('diff', '--- b.c', '-x, …', '+w, x, …')), { 'b.c': 'w, x, y, z\n' }],
    ['a place further from the margin', page(fence('diff', '--- d.c', '     one,', '+    two,')),
        { 'd.c': 'list = {\n        one,\n        two,\n};\n' }],
    ['a place nearer to the margin', page(fence('diff', '--- d.c', '             one,', '+            two,', '+              three,')),
        { 'd.c': 'list = {\n        one,\n        two,\n          three,\n};\n' }],
    ['two places in two files', page(fence('diff', '--- a.c', '-int one;', '+int none;', '@@', ' int three…', '+int four;',
        '--- b.c', ' x…', '+q')),
        { 'a.c': 'int none;\nint two;\nint two;\nint three = 3;\nint four;\n', 'b.c': 'x, y, z\nq\n' }],
    ['a file, gone on with', page('`c.c`:', fence('c c.c', 'one'), '', '   in `c.c`:', fence('c c.c', 'two')),
        { 'c.c': 'one\n\ntwo\n' }],
    ['a schema file with the next number', page('`s/NNNN_x.sql`', fence('sql s/NNNN_x.sql', '-- up')),
        { 's/1003_x.sql': '-- up\n' }],
    ['a block inside a list', page('1. `e.c`:', '   ```c e.c', '   if (x)', '       y;', '   ```'),
        { 'e.c': 'if (x)\n    y;\n' }],
];
const refused = [
    ['no recipes', '# Working', 'there is no heading "## Recipes"'],
    ['a line that is gone', page(fence('diff', '--- a.c', ' int zero;', '+int more;')),
        'recipe "A thing", block 1: a.c no longer has the line "int zero;"'],
    ['a line that is there twice', page(fence('diff', '--- a.c', ' int two;', '+int more;')),
        'recipe "A thing", block 1: a.c has the line "int two;" 2 times'],
    ['lines that are not neighbours', page(fence('diff', '--- a.c', ' int one;', ' int three = 3;', '+int more;')),
        'recipe "A thing", block 1: a.c no longer has the lines from "int one;" on'],
    ['a file that is gone', page('text', fence('diff', '--- b.c', ' x…', '+y'), fence('diff', '--- z.c', ' int one;', '+x')),
        'recipe "A thing", block 2: z.c is not there'],
    ['a new file that is there', page('`a.c`', fence('c a.c', 'x')),
        'recipe "A thing", block 1: a.c is there already: a change of it is a diff'],
    ['a file that the words do not name', page('Make a file:', fence('c c.c', 'x')),
        'recipe "A thing", block 1: the words above it do not name c.c'],
    ['a block without a file', page(fence('c', 'x')), 'recipe "A thing", block 1: it says neither "diff" nor which file it makes'],
    ['a diff without a file', page(fence('diff', '+x')), 'recipe "A thing", block 1: a diff begins with "--- FILE"'],
    ['a diff without a place', page(fence('diff', '--- a.c', '+x')), 'recipe "A thing", block 1: nothing says where in a.c'],
    ['a diff that adds nothing', page(fence('diff', '--- a.c', ' int one;')),
        'recipe "A thing", block 1: a.c: no line is added'],
    ['an empty diff', page(fence('diff', '--- a.c')), 'recipe "A thing", block 1: the diff changes nothing'],
    ['a line without its mark', page(fence('diff', '--- a.c', 'int one;', '+x')),
        'recipe "A thing", block 1: this line begins with neither blank, + nor -: int one;'],
    ['a block that does not end', '## Recipes\n### A thing\n```c x.c\nx', '"A thing": a block does not end'],
    ['a block before the first recipe', '## Recipes\n```c x.c\nx\n```', 'a block stands before the first recipe'],
];

/** [[name, null or what is wrong]] */
export function refusals() {
    const out = [];
    for (const [name, markdown, files] of made) {
        let got;
        try { got = JSON.stringify(Object.fromEntries(run(markdown))); } catch (e) { got = e.message; }
        out.push([`reads ${name}`, got === JSON.stringify(files) ? null : got]);
    }
    for (const [name, markdown, sentence] of refused) {
        let got = 'nothing was said';
        try { run(markdown); } catch (e) { got = e instanceof RecipeError ? e.message : String(e.stack); }
        out.push([`refuses ${name}`, got === sentence ? null : got]);
    }
    return out;
}
