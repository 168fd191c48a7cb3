/** Languages by the ends of file names. Not code of their own, yet run: templates, build files. */
const BY_EXTENSION: readonly (readonly [string, RegExp])[] = [
  ['Python', /\.(?:py|pyi|pyw|pyx|pxd|pth)$/],
  ['JavaScript', /\.(?:js|mjs|cjs|jsx|ts|mts|cts|tsx|vue|svelte)$/],
  ['shell', /\.(?:sh|bash|zsh|fish|ksh|csh|command)$/],
  ['PowerShell', /\.(?:ps1|psm1|psd1)$/],
  ['Windows script', /\.(?:bat|cmd|vbs|vbe|wsf|hta|reg|inf)$/],
  ['Ruby', /\.(?:rb|gemspec|rake)$/],
  ['Perl', /\.(?:pl|pm|t)$/],
  ['PHP', /\.(?:php|phtml|phar)$/],
  ['Lua', /\.lua$/],
  ['R', /\.(?:r|rmd|qmd|rprofile)$/],
  ['Julia', /\.jl$/],
  ['Java', /\.(?:java|kt|kts|scala|groovy|gradle|clj)$/],
  ['C or C++', /\.(?:c|h|cc|cpp|cxx|hpp|cu|cuh|m|mm|metal|cl|s|asm|ll|ptx)$/],
  ['compiled language', /\.(?:go|rs|swift|zig|cs|fs|d|nim|hs|ml|ex|exs|erl|dart|f90|for)$/],
  ['SQL', /\.sql$/],
  ['template', /\.(?:jinja|jinja2|j2|mustache|hbs|ejs|tmpl|tpl)$/],
  [
    'build file',
    /(?:^|\/)(?:dockerfile|containerfile|makefile|gnumakefile|cmakelists\.txt|jenkinsfile|rakefile|gemfile|vagrantfile|justfile)(?:\.[\w-]+)?$|\.(?:mk|cmake|bzl|dockerfile)$/,
  ],
  ['desktop entry', /\.(?:desktop|service|plist)$/],
];

const INTERPRETERS: readonly (readonly [string, RegExp])[] = [
  ['Python', /\bpy(?:thon|py)[\d.]*\b/],
  ['shell', /\b(?:ba|z|k|c|fi|da)?sh\b/],
  ['JavaScript', /\b(?:node|deno|bun)\b/],
  ['Perl', /\bperl\b/],
  ['Ruby', /\bruby\b/],
];

/** The language a text would be run as, by its name or the `#!` line at its start. */
export function languageOf(name: string, head: string): string | undefined {
  if (head.startsWith('#!')) {
    const line = head.slice(2, 256).split('\n', 1)[0] ?? '';
    return INTERPRETERS.find(([, pattern]) => pattern.test(line))?.[0] ?? 'script';
  }
  return BY_EXTENSION.find(([, pattern]) => pattern.test(name))?.[0];
}
