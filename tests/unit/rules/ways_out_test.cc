// Which texts tell how to get no more of them.
#include "proxy/rules/ways_out.h"

#include <stdexcept>

#include "proxy/rules/link.h"
#include "proxy/rules/part_texts.h"
#include "tests/unit/catch.h"

using namespace proxy;
using std::chrono::steady_clock;

namespace {

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> all;
  for (const word& w : words_of(text)) {
    const char* kinds[] = {"", "#", "@", "%"};
    all.push_back(kinds[static_cast<int>(w.what)] +
                  (w.what == word::kind::link ? std::string(text.substr(w.begin, w.end - w.begin)) : w.text));
  }
  return all;
}

std::string way_out(std::string_view text) {
  return std::string(ways_out::shipped().in(text).value_or("-"));
}

}  // namespace

TEST_CASE("words are folded, numbers joined, links seen") {
  using list = std::vector<std::string>;
  CHECK(words("Désinscription: É") == list{"desinscription", "e"});
  CHECK(words("STOP2end") == list{"stop", "#2", "end"});
  CHECK(words("Tél 01 23.45-67 89!") == list{"tel", "#0123456789"});
  CHECK(words("ＳＴＯＰ　３６１１１") == list{"stop", "#36111"});
  CHECK(words("S\u0301TOP I\u0307PTAL ıptal İPTAL") == list{"stop", "iptal", "iptal", "iptal"});
  CHECK(words("退订回T") == list{"退", "订", "回", "t"});
  CHECK(words("详情http://t.cn/a退订") == list{"详", "情", "@http://t.cn/a", "退", "订"});
  CHECK(words("50% 5€") == list{"#50", "%%", "#5", "%€"});
  CHECK(words("\xff\xfe stop\xff") == list{"stop"});
  CHECK(words("") == list{});
}

TEST_CASE("links") {
  const auto link = [](std::string_view text) { return std::string(text.substr(0, link_at(text, 0))); };
  CHECK(link("https://a.example/x?y=1. Merci") == "https://a.example/x?y=1");
  CHECK(link("HTTP://A.B/c)") == "HTTP://A.B/c");
  CHECK(link("www.shop.example") == "www.shop.example");
  CHECK(link("bit.ly/3xY") == "bit.ly/3xY");
  CHECK(link("exemple.fr, merci") == "exemple.fr");
  CHECK(link("stop@firma.example") == "stop@firma.example");
  for (const char* none : {"promo.STOP 36111", "fin.Stop", "31.12", "https://", "a", "", ".fr", "etc...", "-5.99"})
    CHECK(link(none).empty());
}

TEST_CASE("footers of the world offer a way out") {
  for (const char* text : {
           // French
           "SOLDES -50% ce samedi chez Dupont! STOP 36111",
           "Votre offre vous attend. STOP au 36180",
           "Promo.STOP 36111",
           "Venez! Stop: bit.ly/3xYz",
           "Stop SMS 36200",
           "STOP SMS au 36 111",
           "stop pub: 38080",
           "STOP par SMS au 36034",
           "Pour ne plus recevoir nos SMS, envoyez STOP au 36111",
           "Répondez STOP",
           "Repondez STOP pour vous desinscrire",
           "Désinscription: https://exemple.fr/d/12",
           "desinscription exemple.fr/d",
           "Plus de SMS : exemple.fr/stop",
           "STOP: 0 800 12 34 56",
           "STOP\u00a036111",
           "Stop => www.exemple.fr",
           // English
           "20% off today! Reply STOP to opt out",
           "Txt STOP to opt out",
           "text STOP to 80888 to end",
           "Reply STOP to end",
           "STOP to 60777",
           "Stop2End",
           "STOP 2 quit",
           "To opt out text STOP to 12345",
           "Opt-out: txt STOP 62277",
           "Unsubscribe: https://shop.example/u/1",
           "unsub shop.example/u",
           "Msg&data rates may apply. Text STOP to cancel.",
           "Reply END to stop",
           "send QUIT to leave",
           "OptOut: bit.ly/x",
           "No more texts? bit.ly/x",
           "To stop call 0800 123 456",
           "Reply CANCEL",
           "STOP to end, HELP for help",
           "rply STOP",
           "Reply \"STOP\"",
           "reply 'stop'",
           // German, Dutch
           "Abmelden: STOP an 12345",
           "Abmelden: firma.de/abmelden",
           "STOPP an 0171 1234567",
           "Abmeldung mit STOP",
           "Keine SMS mehr? https://firma.example/x",
           "Antworten Sie mit STOP",
           "Abbestellen: www.firma.example",
           "Afmelden? SMS STOP naar 3010",
           "Afmelden: winkel.nl/uit",
           "Stuur STOP naar 2345",
           "antwoord met STOP",
           "sms UIT",
           // Spanish, Portuguese, Italian, Catalan
           "BAJA al 21212",
           "Para darse de baja responda BAJA",
           "Envia BAJA al 5050",
           "Baja: tienda.es/b",
           "Darte de baja: tienda.es/b",
           "STOP al 217575",
           "NO MAS al 1234",
           "P/ sair envie SAIR",
           "Responda SAIR para cancelar",
           "Cancelar: envie PARAR para 28000",
           "Stop: loja.pt/s",
           "STOP al 339 9941234",
           "Rispondi STOP",
           "Cancellati: STOP 43434",
           "Per cancellarti: negozio.it/c",
           "BAIXA al 21212",
           // Polish, Czech, Slovak, Hungarian, Romanian
           "Wyslij STOP na 7110",
           "STOP: sklep.pl/s",
           "Rezygnacja: sklep.pl/r",
           "Odhlaseni: posli STOP na 90211",
           "Odhlásiť: obchod.sk/o",
           "Leiratkozás: bolt.hu/l",
           "Leiratkozás STOP 1234",
           "Dezabonare: magazin.ro/d",
           "Trimite STOP la 1234",
           // Nordic, Baltic
           "Avregistrera: sms STOPP till 72456",
           "Svara STOPP",
           "Avsluta: butik.se/a",
           "Afmeld: send STOP til 1245",
           "Afmeld: butik.dk/a",
           "Svar STOPP for å avslutte",
           "Avmeld: butikk.no/a",
           "Peruuta: kauppa.fi/p",
           "Lähetä STOP numeroon 17163",
           "Vastaa STOP",
           "Kielto: 0201234567",
           "Loobu: pood.ee/l",
           "Atteikties: veikals.lv/a",
           "Atsisakyti: parduotuve.lt/a",
           "STOP nr 1661",
           // Greek, Turkish, Slavic
           "STOP στο 54001",
           "ΣΤΟΠ: 54001",
           "ΣTOΠ στο 54001",
           "Διαγραφή: katastima.gr/d",
           "SMS almak istemiyorsaniz RET yaz 3434'e gonder",
           "İptal için RET yazıp 4607'ye gönderin",
           "SMS iptal: magaza.com.tr/i",
           "B001 RED 3340",
           "Отписаться: shop.ru/o",
           "СТОП на 1234",
           "Отписка: тел 88001234567",
           "Для отказа отправьте СТОП на номер 5454",
           "Відписатися: shop.ua/v",
           "Надішліть СТОП на 1234",
           "Отказ: СТОП на 1234",
           "Отпиши: magazin.bg/o",
           "Odjava: STOP na 61616",
           "ODJAVA na 14141",
           "Pošaljite STOP na 8866",
           "СТОП на 8866",
           // Middle East, India
           "لإلغاء الاشتراك أرسل توقف إلى 1234",
           "أرسل إلغاء إلى 700123",
           "إلغاء 5400",
           "لغو11",
           "لغو ۱۱",
           "להסרה השב הסר",
           "להסרה: shop.co.il/r",
           "הסר 12345",
           "To opt out send STOP to 56161",
           "बंद करने के लिए 56161",
           "STOP लिखकर 56161 पर भेजें",
           // East Asia
           "【店名】新品上市，退订回T",
           "拒收请回复R",
           "退订回TD",
           "回T退订",
           "回复TD退订",
           "如不想接收请回复N",
           "退訂請回覆Q",
           "拒收回0000",
           "取消訂閱 https://shop.hk/u",
           "配信停止はこちら https://mise.example/t",
           "配信停止: mise.jp/t",
           "停止と返信",
           "「STOP」と返信",
           "(광고) 세일! 무료수신거부 080-123-4567",
           "무료거부 0801234567",
           "수신거부: shop.kr/x",
           // South East Asia, Africa
           "Ketik UNREG kirim ke 99123",
           "Berhenti: STOP ke 99123",
           "Balas STOP",
           "UNREG 99123",
           "TC gui 1313",
           "Tu choi QC, soan TC gui 199",
           "Từ chối: soạn HUY gửi 9241",
           "ยกเลิกโทร 1137",
           "ยกเลิกรับข่าวสาร กด https://ran.th/u",
           "ส่ง STOP",
           "Tuma STOP kwenda 15001",
           "Kujitoa tuma STOP",
       }) {
    INFO(text);
    CHECK(ways_out::shipped().in(text));
  }
}

TEST_CASE("what only sounds like one does not") {
  for (const char* text : {
           "",
           "STOP",
           "Stop!",
           "Hello Alice",
           "SOLDES -50% ce samedi chez Dupont",
           "Stop! Tout à 500 euros",
           "Stop 50%",
           "Ouvert non-stop 24 000 produits",
           "non stop 7000 articles",
           "Your bus stop 36111 moved",
           "Don't stop 1000 deals",
           "STOP à la faim: donnez 100 euros",
           "Offers end 31/12/2026",
           "Sale ends 2027",
           "Leave at 1430",
           "Quit 2026",
           "Detalles en tienda.es/x",
           "Your parcel: https://dhl.example/1",
           "Call 0800 123 456",
           "stop by tomorrow at 1430",
           "Ende 2026",
           "Konec 2026",
           "50% off 1000 items",
           "Basta 2026",
           "Contact: info@shop.example",
           "36111",
           "Votre code est 123456. Ne le partagez pas.",
           "退货请联系 400123456",
           "取消订单请电话",
           "停止",
           "ロック解除はhttps://a.example/x",
           "Arrêt Gambetta",
           "See www.shop.example",
           "RET",
           "Stop 300 €",
           "stop £500",
           "STOP 12",
       }) {
    INFO(text);
    CHECK(way_out(text) == "-");
  }
}

TEST_CASE("the way out as it stands in the text") {
  CHECK(way_out("Soldes! STOP au 36 111. Merci") == "STOP au 36 111");
  CHECK(way_out("Deals. Reply STOP to opt out") == "Reply STOP");
  CHECK(way_out("a STOP: bit.ly/x, b") == "STOP: bit.ly/x");
}

TEST_CASE("a table that is not of its form is refused with its line") {
  const auto wrong = [](std::string_view tsv) {
    try {
      const ways_out made(tsv);
      return std::string();
    } catch (const std::invalid_argument& e) {
      return std::string(e.what());
    }
  };
  CHECK(wrong("# nothing\n\nen\tkeyword\tstop\nen\tway_out\t{stop} {number}|reply {stop}\n").empty());
  CHECK(wrong("en\tway_out\n") == "ways_out.tsv:1: a line is: language, tab, kind, tab, what is told apart by |");
  CHECK(wrong("en\twayout\tstop\n") ==
        "ways_out.tsv:1: the kind must be keyword, way_out, unit or not_after, not `wayout`");
  CHECK(wrong("en\tkeyword\tstop\nen\tway_out\t{stop} {nummer}\n") ==
        "ways_out.tsv:2: {nummer} is no placeholder; there are {stop}, {number}, {link} and {code}");
  CHECK(wrong("en\tkeyword\tstop\nfr\tway_out\t{stop} {number}\n") ==
        "ways_out.tsv:2: {stop} stands for the keywords of a language, in a line before");
  CHECK(wrong("en\tway_out\treply stop| - \n") == "ways_out.tsv:1: a pattern without a word");
  CHECK(wrong("*\tnot_after\tdon't\n") == "ways_out.tsv:1: what is not a pattern must be one word");
}

TEST_CASE("the parts of a message are judged by the whole, when it is whole") {
  part_texts texts;
  const auto pass = [&](std::uint16_t reference, std::uint8_t total, std::uint8_t segment, std::string text,
                        steady_clock::duration after = {}) {
    return texts.may_pass(ways_out::shipped(), "shop\n36111", "33612345678", {reference, total, segment},
                          std::move(text), steady_clock::time_point{} + after);
  };
  CHECK(pass(1, 2, 1, "Soldes chez Dupont. "));
  CHECK(pass(1, 2, 2, "STOP 36111"));
  CHECK(pass(2, 2, 1, "Soldes chez Dupont. "));
  CHECK_FALSE(pass(2, 2, 2, "A demain"));
  CHECK_FALSE(pass(2, 2, 2, "A demain"));  // again
  CHECK(pass(3, 2, 2, "1 STOP 36111"));    // the last one first
  CHECK(pass(3, 2, 1, "Soldes"));
  CHECK(pass(4, 3, 3, "A demain"));
  CHECK(pass(4, 3, 1, "Soldes"));
  CHECK_FALSE(pass(4, 3, 2, "chez Dupont"));
  CHECK(pass(5, 2, 1, "Soldes ST"));  // cut in two
  CHECK(pass(5, 2, 2, "OP 36111"));
  CHECK(pass(6, 2, 1, "Soldes STOP au 36"));
  CHECK(pass(6, 2, 2, "111"));
  CHECK(pass(7, 2, 1, "STOP 36111"));
  CHECK(pass(7, 2, 2, "A demain"));
  CHECK_FALSE(pass(8, 1, 1, "A demain"));
  CHECK(pass(9, 2, 1, "Soldes"));
  CHECK(pass(9, 2, 2, "A demain", std::chrono::hours{24}));  // a day later it is another message
  // A message of 255 parts keeps little of each, and the way out all the same.
  for (int i = 1; i < 255; ++i)
    CHECK(pass(10, 255, static_cast<std::uint8_t>(i),
               i == 7 ? std::string(200, 'x') + " STOP 36111 " + std::string(200, 'x') : std::string(400, 'x')));
  CHECK(pass(10, 255, 255, "A demain"));
}
