// The strict, type-aware rules of typescript-eslint, and React's rules of hooks. A rule is switched off only with its reason.
// CHATHUB_LINT=short (./dev test): without the rules that run React's compiler over every file, and without the look for
// what is deprecated, which together take half of the time; ./dev lint has them.
import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

const short = process.env.CHATHUB_LINT === "short";
const OF_HOOKS = ["react-hooks/rules-of-hooks", "react-hooks/exhaustive-deps"];
const has = (name) => `:has(> Property[key.name="${name}"])`;
const FREE_TEXT_IN_COLUMN =
  `ObjectExpression${has("key")}${has("title")}:not(${has("grow")}, ${has("actions")}) > Property[key.name="render"] ` +
  ":matches(JSXOpeningElement > JSXIdentifier[name=/^(Short|Shop|Person|KnownPerson|Address|Id)$/], " +
  'JSXAttribute[name.name="className"] > Literal[value=/\\bshort\\b/])';
const full = hooks.configs.flat["recommended-latest"];
const ofHooks = { ...full, rules: Object.fromEntries(OF_HOOKS.map((name) => [name, full.rules[name]])) };

export default tseslint.config(
  { ignores: ["**/dist/**", "**/node_modules/**", "shared/api.gen.ts"] },
  ...tseslint.configs.strictTypeChecked,
  short ? ofHooks : full,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ["eslint.config.js", "console/*.mjs", "widget/*.mjs"] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      // Numbers in texts are fine; what matters is that objects and undefined never end up in one.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // An event handler may start work that reports its own failure (React ignores what it returns).
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // What is as long as somebody made it pushes a table out of its page, unless its column takes a share and cuts.
      "no-restricted-syntax": [
        "error",
        { selector: FREE_TEXT_IN_COLUMN, message: "A column of free text must `grow`." },
      ],
      ...(short ? { "@typescript-eslint/no-deprecated": "off" } : {}),
    },
  },
  { files: ["**/*.js", "**/*.mjs"], extends: [tseslint.configs.disableTypeChecked] },
);
