// A gateway as one writes it in a day: npm smpp on both sides, and for every message a question to Redis.
// node gateway.js PORT UPSTREAM_PORT REDIS_PORT: the set `consented` holds who may be written to; all others are answered 0x45.
const Redis = require('ioredis');
const smpp = require('smpp');

const [port, upstreamPort, redisPort] = process.argv.slice(2).map(Number);
const redis = new Redis({ host: '127.0.0.1', port: redisPort, enableAutoPipelining: true });
const FORWARDED = ['service_type', 'source_addr_ton', 'source_addr_npi', 'source_addr', 'dest_addr_ton', 'dest_addr_npi', 'destination_addr',
  'esm_class', 'protocol_id', 'priority_flag', 'registered_delivery', 'data_coding', 'short_message'];

const server = smpp.createServer((esme) => {
  let smsc;
  esme.on('error', () => {});  // without a handler the process dies
  esme.on('bind_transceiver', (bind) => {
    smsc = smpp.connect({ url: `smpp://127.0.0.1:${upstreamPort}` }, () => {
      const { system_id, password } = bind;
      smsc.bind_transceiver({ system_id, password, interface_version: 0x34 }, (answer) => {
        esme.send(bind.response({ command_status: answer.command_status, system_id: answer.system_id }));
      });
    });
    smsc.on('error', () => esme.destroy());
    smsc.on('enquire_link', (pdu) => smsc.send(pdu.response()));
  });
  esme.on('enquire_link', (pdu) => esme.send(pdu.response()));
  esme.on('unbind', (pdu) => {
    esme.send(pdu.response());
    if (smsc) smsc.unbind(() => smsc.close());
  });
  esme.on('submit_sm', async (pdu) => {
    if (!await redis.sismember('consented', pdu.destination_addr)) {
      esme.send(pdu.response({ command_status: smpp.ESME_RSUBMITFAIL }));
      return;
    }
    const message = Object.fromEntries(FORWARDED.map((field) => [field, pdu[field]]));
    smsc.submit_sm(message, ({ command_status, message_id }) => esme.send(pdu.response({ command_status, message_id })));
  });
});
server.listen(port, '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
