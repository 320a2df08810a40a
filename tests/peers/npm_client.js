// An ESME on the npm package smpp: node npm_client.js PORT SYSTEM_ID [CA_FILE: TLS]
// Binds as a transceiver and says {bound: status}; then obeys:
//   submit FROM TO TEXT   {status, id}
//   schedule WHEN FROM TO TEXT, replace ID FROM TEXT   likewise, of a message that is to go later
//   receive               {from, to, text} of the next deliver_sm, which is acknowledged as soon as it comes
//   unbind                {status}
const fs = require('fs');
const smpp = require('smpp');
const { say, obey, message } = require('./lines.js');

const [port, systemId, caFile] = process.argv.slice(2);
const delivered = [];
const waiting = [];

const session = smpp.connect({ host: '127.0.0.1', port: Number(port), ...(caFile && { tls: true, ca: fs.readFileSync(caFile) }) }, () => {
  session.bind_transceiver({ system_id: systemId, password: 'secret', interface_version: 0x34 }, (pdu) => say({ bound: pdu.command_status }));
});
session.on('error', (error) => console.error(`npm_client: ${error}`));  // without a handler the process dies
session.on('enquire_link', (pdu) => session.send(pdu.response()));
session.on('deliver_sm', (pdu) => {
  session.send(pdu.response());
  const text = pdu.short_message.message.toString();
  const came = { from: pdu.source_addr, to: pdu.destination_addr, text };
  waiting.length ? waiting.shift()(came) : delivered.push(came);
});

const submit = (source_addr, destination_addr, short_message, more) => new Promise((done) => {
  session.submit_sm({ source_addr, destination_addr, dest_addr_ton: 1, dest_addr_npi: 1, short_message, ...more },
    (pdu) => done({ status: pdu.command_status, id: pdu.message_id || '' }));
});

obey({
  submit: (rest) => submit(...message(rest)),
  schedule: (rest) => {
    const [, when, those] = /^(\S+) (.*)$/.exec(rest);
    return submit(...message(those), { schedule_delivery_time: when });
  },
  replace: (rest) => new Promise((done) => {
    const [message_id, source_addr, short_message] = message(rest);
    session.replace_sm({ message_id, source_addr, short_message }, (pdu) => done({ status: pdu.command_status, id: message_id }));
  }),
  receive: () => (delivered.length ? delivered.shift() : new Promise((done) => waiting.push(done))),
  unbind: () => new Promise((done) => session.unbind((pdu) => done({ status: pdu.command_status }))),
});
