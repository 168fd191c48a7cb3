// Scripts must run on the Node of the devDependency: an older system Node only bootstraps `npm ci`.
const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 24) {
  throw new Error(
    `tests need Node 24 or newer, this is ${process.versions.node}: run them through npm or npx`,
  );
}
