import pulumi from "@pulumi/eslint-plugin";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["node_modules/**", "out/**", "dist/**", "coverage/**", "*.js", "**/*.cjs"] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ["eslint.config.mjs"] } } },
    plugins: { "@pulumi": pulumi },
    rules: {
      "@pulumi/no-output-in-template-literal": "error",
      "@pulumi/no-output-instance-in-template-literal": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "max-lines": ["error", { max: 320, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    // Modules that load when their command runs: the TypeScript loader of cli/holdfast.cjs handles require, but not import().
    files: ["cli/**/*.ts", "rehearsal/cli/rehearse.ts", "operations/rehearsal.ts"],
    rules: { "@typescript-eslint/no-require-imports": "off" },
  },
  {
    // The analyzer of components would read the types of an import.
    files: ["plugin/index.ts"],
    rules: { "@typescript-eslint/no-require-imports": "off" },
  },
  {
    // The examples have the tsconfig.json of a user who has installed the package; `npm run typecheck` checks their types.
    files: ["**/*.mjs", "examples/**/*.ts", "template/**/*.ts"],
    extends: [tseslint.configs.disableTypeChecked],
    rules: { "@pulumi/no-output-in-template-literal": "off", "@pulumi/no-output-instance-in-template-literal": "off" },
  },
);
