// The conversation with the test: a command a line on stdin, its answer as one line of JSON on stdout, one after the other.
const readline = require('readline');

const say = (answer) => process.stdout.write(JSON.stringify(answer) + '\n');

// `commands`: functions by name; each takes the rest of its line and returns an answer, or a promise of one.
function obey(commands) {
  let before = Promise.resolve();
  readline.createInterface({ input: process.stdin }).on('line', (line) => {
    const [, name, rest] = /^(\S+) ?(.*)$/.exec(line);
    before = before.then(() => commands[name](rest)).then(say);
  }).on('close', () => process.exit(0));
}

// [source, destination, text] of "SOURCE DESTINATION TEXT..."
const message = (rest) => /^(\S+) (\S+) (.*)$/.exec(rest).slice(1);

module.exports = { say, obey, message };
