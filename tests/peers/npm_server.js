// An SMSC on the npm package smpp: node npm_server.js
// Listens on a free port of the loopback and says {port}; takes every bind and every submit_sm; then obeys:
//   deliver FROM TO TEXT   {status} of the deliver_sm_resp from the last session that bound
//   submitted              [{from, to, text}] of every submit_sm it has received
//   bound                  [system_id] of every bind it has taken
const smpp = require('smpp');
const { say, obey, message } = require('./lines.js');

const submitted = [];
const bound = [];
let receiver;

const server = smpp.createServer((session) => {
  const bind = (pdu) => {
    bound.push(pdu.system_id);
    receiver = session;
    session.send(pdu.response({ system_id: 'npm' }));
  };
  session.on('error', (error) => console.error(`npm_server: ${error}`));  // without a handler the process dies
  session.on('bind_transceiver', bind);
  session.on('bind_transmitter', bind);
  session.on('bind_receiver', bind);
  session.on('enquire_link', (pdu) => session.send(pdu.response()));
  session.on('unbind', (pdu) => session.send(pdu.response()));
  session.on('submit_sm', (pdu) => {
    submitted.push({ from: pdu.source_addr, to: pdu.destination_addr, text: pdu.short_message.message.toString() });
    session.send(pdu.response({ message_id: `npm-${submitted.length}` }));
  });
});
server.listen(0, '127.0.0.1', () => say({ port: server.address().port }));

obey({
  deliver: (rest) => new Promise((done) => {
    const [source_addr, destination_addr, short_message] = message(rest);
    receiver.deliver_sm({ source_addr, destination_addr, source_addr_ton: 1, source_addr_npi: 1, short_message },
      (pdu) => done({ status: pdu.command_status }));
  }),
  submitted: () => submitted,
  bound: () => bound,
});
