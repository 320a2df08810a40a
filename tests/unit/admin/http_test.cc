// HTTP itself: what clients do right and wrong.
#include <sys/stat.h>

#include <atomic>
#include <thread>

#include "tests/unit/admin/running_api.h"
#include "tests/unit/catch.h"

using namespace testing;

TEST_CASE("without the token nothing under /v1 is told, not even what exists") {
  running_api api;
  for (const char* path : {"/v1/events", "/v1/nothing", "/v1"}) {
    const auto a =
        api.ask(std::string("GET ") + path + " HTTP/1.1\r\nHost: gate\r\nAuthorization: Bearer wrong\r\n\r\n");
    CHECK(a.status == 401);
    CHECK(a.header("www-authenticate").starts_with("Bearer"));
    CHECK(a.header("content-type") == "application/problem+json");
  }
}

TEST_CASE("unknown paths and methods") {
  running_api api;
  CHECK(api.get("/v1/nothing").status == 404);
  CHECK(api.get("/v1/numbers").status == 404);
  CHECK(api.get("/v1/numbers/").status == 404);
  CHECK(api.get("/v1/events/").status == 404);
  const auto a = api.ask(api.text_of("DELETE", "/v1/events"));
  CHECK(a.status == 405);
  CHECK(a.header("allow") == "POST, GET, HEAD");
  const auto open = api.ask("POST /healthz HTTP/1.1\r\nHost: gate\r\nContent-Length: 0\r\n\r\n");
  CHECK(open.status == 405);
  CHECK(open.header("allow") == "GET, HEAD");
}

TEST_CASE("a connection serves one request after the other, sent at once or not") {
  running_api api;
  http_client client(api.port());
  client.send(api.text_of("GET", "/healthz") + api.text_of("POST", "/v1/events", opt_in_json("33612345678")) +
              api.text_of("GET", "/v1/numbers/33612345678"));
  CHECK(client.read().body == "ok\n");
  CHECK(client.read().status == 201);
  CHECK(client.read().json().at("scopes").as_array().size() == 1);
  client.send(api.text_of("GET", "/v1/nothing"));
  CHECK(client.read().status == 404);
  client.send("GET /healthz HTTP/1.1\r\nHost: gate\r\nConnection: close\r\n\r\n");
  CHECK(client.read().status == 200);
  CHECK(client.closed_by_server());
}

TEST_CASE("a connection ends after the answer when the client asks for it, whatever the request carried") {
  running_api api;
  const std::string body = opt_in_json("33612345678");
  for (const std::string media : {"POST /v1/events", "POST /v1/imports"}) {
    http_client client(api.port());
    client.send(media + " HTTP/1.1\r\nHost: gate\r\nConnection: close\r\nContent-Type: text/csv\r\n" +
                api.authorization() + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    CHECK(client.read().header("connection") == "close");
    CHECK(client.closed_by_server());
  }
}

TEST_CASE("HEAD is answered wherever GET is, without a body") {
  running_api api;
  REQUIRE(api.post("/v1/events", opt_in_json("33612345678")).status == 201);
  http_client client(api.port());
  client.send(api.text_of("HEAD", "/v1/numbers/33612345678") + api.text_of("HEAD", "/v1/events?limit=1") +
              api.text_of("HEAD", "/v1/nothing") + api.text_of("GET", "/healthz"));
  CHECK(std::stoul(client.read(true).header("content-length")) > 10);
  CHECK(client.read(true).status == 200);
  CHECK(client.read(true).status == 404);
  CHECK(client.read().body == "ok\n");  // nothing of a body stood before it
}

TEST_CASE("an HTTP/1.0 client gets a body that ends with the connection") {
  running_api api;
  std::string many = "[";
  for (int i = 0; i < 1500; ++i)
    many += (i ? "," : "") + opt_in_json(std::to_string(33600000000 + i));
  REQUIRE(api.post("/v1/events", many + "]").status == 201);
  const auto a = api.ask("GET /v1/events?limit=1500 HTTP/1.0\r\n" + api.authorization() + "\r\n");
  CHECK(a.header("transfer-encoding").empty());
  CHECK(std::count(a.body.begin(), a.body.end(), '\n') == 1500);
}

TEST_CASE("bodies come in chunks, after 100 Continue, or too long") {
  running_api api;
  const std::string event = opt_in_json("33612345678");
  char size[16];
  std::snprintf(size, sizeof size, "%zx", event.size());
  CHECK(api.ask("POST /v1/events HTTP/1.1\r\nHost: gate\r\n" + api.authorization() +
                "Transfer-Encoding: chunked\r\n\r\n" + size + "\r\n" + event + "\r\n0\r\n\r\n")
            .status == 201);

  http_client patient(api.port());
  patient.send("POST /v1/events HTTP/1.1\r\nHost: gate\r\n" + api.authorization() +
               "Expect: 100-continue\r\nContent-Length: " + std::to_string(event.size()) + "\r\n\r\n");
  CHECK(patient.read().status == 100);
  patient.send(event);
  CHECK(patient.read().status == 201);

  const std::string long_body(1024 * 1024 + 1, ' ');
  CHECK(api.post("/v1/events", long_body).status == 413);
  std::string chunked = "POST /v1/events HTTP/1.1\r\nHost: gate\r\n" + api.authorization() +
                        "Transfer-Encoding: chunked\r\n\r\n100001\r\n";
  CHECK(api.ask(chunked + long_body + "\r\n0\r\n\r\n").status == 413);
}

TEST_CASE("an upload that is refused is refused before it is read, and the answer arrives") {
  running_api api;
  const std::string megabytes(3 * 1024 * 1024, 'x');
  CHECK(api.ask("POST /v1/imports HTTP/1.1\r\nHost: gate\r\nContent-Type: text/csv\r\nContent-Length: " +
                std::to_string(megabytes.size()) + "\r\n\r\n" + megabytes)
            .status == 401);
  CHECK(api.post("/v1/imports", megabytes, "text/plain").status == 415);
  CHECK(std::filesystem::is_empty(api.spool()));
}

TEST_CASE("what is not HTTP is answered 400, and heads are bounded") {
  running_api api;
  CHECK(api.ask("GET /healthz SMPP/3.4\r\n\r\n").status == 400);
  CHECK(api.ask("\x16\x03\x01\x02\r\n\r\n").status == 400);
  CHECK(api.ask("GET /healthz HTTP/1.1\r\nX: " + std::string(20000, 'x') + "\r\n\r\n").status == 431);
  CHECK(api.get("/v1/numbers/33612345678?x=1").status == 400);
}

TEST_CASE("clients that go away in the middle do no harm") {
  running_api api;
  std::string many = "[";
  for (int i = 0; i < 3000; ++i)
    many += (i ? "," : "") + opt_in_json(std::to_string(33600000000 + i));
  REQUIRE(api.post("/v1/events", many + "]").status == 201);
  for (int i = 0; i < 20; ++i) {
    http_client(api.port()).send(api.text_of("GET", "/v1/events?limit=3000"));
    http_client(api.port()).send(api.text_of("POST", "/v1/events", opt_in_json("33612345678")));
    http_client(api.port())
        .send("POST /v1/imports HTTP/1.1\r\nHost: gate\r\n" + api.authorization() +
              "Content-Type: text/csv\r\nContent-Length: 1000\r\n\r\nnumber,");
    http_client(api.port()).send("GET /hea");
  }
  while (!std::filesystem::is_empty(api.spool()))
    std::this_thread::yield();  // what was sent of the uploads is removed
  CHECK(api.get("/healthz").status == 200);
}

TEST_CASE("connections are bounded; those too many are told") {
  running_api api;
  std::vector<std::unique_ptr<http_client>> clients;
  for (int i = 0; i < 256; ++i)
    clients.push_back(std::make_unique<http_client>(api.port()));
  clients.back()->send("GET /healthz HTTP/1.1\r\nHost: gate\r\n\r\n");
  CHECK(clients.back()->read().status == 200);  // so all are accepted
  http_client one_more(api.port());
  CHECK(one_more.read().status == 503);
}

TEST_CASE("many writers at once, each answered with its own event") {
  running_api api;
  std::atomic<int> wrong{0};
  std::vector<std::thread> writers;
  for (int w = 0; w < 8; ++w) {
    writers.emplace_back([&, w] {
      http_client client(api.port());
      for (int i = 0; i < 25; ++i) {
        const auto number = std::to_string(33600000000 + w * 1000 + i);
        client.send(api.text_of("POST", "/v1/events", opt_in_json(number)));
        const auto a = client.read();
        if (a.status != 201 || a.json().at("number") != boost::json::string(number)) ++wrong;
      }
    });
  }
  for (auto& w : writers)
    w.join();
  CHECK(wrong == 0);
  CHECK(api.consents().stats().ledger_events == 200);
}

TEST_CASE("it stops with idle connections open and an import running") {
  running_api api;
  http_client idle(api.port());
  idle.send(api.text_of("GET", "/healthz"));
  CHECK(idle.read().status == 200);
  std::string csv = "number,event,scope\n";
  for (int i = 0; i < 200000; ++i)
    csv += std::to_string(33600000000 + i) + ",opt_out,all\n";
  CHECK(api.post("/v1/imports", csv, "text/csv").status == 202);
  api.stop();
  CHECK(idle.closed_by_server());
  CHECK(api.consents().stats().ledger_events < 200000);
  CHECK(std::filesystem::is_empty(api.spool()));
}

TEST_CASE("a port that is taken is named, with what to do") {
  running_api api;
  proxy::admin_api::context c;
  c.address = {"127.0.0.1", api.port()};
  const temporary_folder folder;
  c.token_file = folder.path() / "t";
  c.spool = folder.path() / "s";
  c.signing_key_file = folder.path() / "k";
  CHECK_THROWS_WITH(proxy::admin_api(c),
                    Catch::Contains("admin.address 127.0.0.1:") && Catch::Contains("choose another address"));
}
