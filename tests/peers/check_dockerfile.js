// Reads a Dockerfile and writes, as JSON, what a linter has against it.
const { validate } = require('dockerfile-utils');
console.log(JSON.stringify(validate(require('fs').readFileSync(0, 'utf8')).map((found) => found.message)));
