// Reads a JSON array of Kubernetes objects and writes, as JSON, what their schemas have against each: a list of messages, empty when nothing.
const objects = JSON.parse(require('fs').readFileSync(0, 'utf8'));

function model(o) {
  return require(`kubernetes-models/${o.apiVersion}/${o.kind}`)[o.kind];
}

console.log(JSON.stringify(objects.map((o) => {
  try {
    const Model = model(o);
    new Model(o).validate();
    return [];
  } catch (e) {
    return [e.message];
  }
})));
