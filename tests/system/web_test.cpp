// SPDX-License-Identifier: Apache-2.0
// The observer over HTTP, as a monitor and a browser see it.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "common/base/fd.hpp"
#include "tests/faults/installation.hpp"
#include "tests/support/catch.hpp"
#include "tests/system/observer_run.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

// None if it fails, as it may while others connect in hundreds.
UniqueFd try_to_connect(std::uint16_t port) {
    UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval deadline{30, 0};
    ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof(deadline));
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) fd.reset();
    return fd;
}

UniqueFd connect_to(std::uint16_t port) {
    UniqueFd fd = try_to_connect(port);
    REQUIRE(fd);
    return fd;
}

std::string read_all(const UniqueFd& fd) {
    std::string text;
    std::array<char, 4096> buffer{};
    while (true) {
        const auto size = ::recv(fd.get(), buffer.data(), buffer.size(), 0);
        if (size <= 0) return text;
        text.append(buffer.data(), static_cast<std::size_t>(size));
    }
}

// The whole answer, head and body.
std::string ask(std::uint16_t port, const std::string& request, const std::string& host = "localhost") {
    const UniqueFd fd = connect_to(port);
    const std::string text = request + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
    REQUIRE(::send(fd.get(), text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size()));
    return read_all(fd);
}

bool has_status(const std::string& answer, int status) {
    INFO(answer.substr(0, 200));
    return answer.starts_with(fmt::format("HTTP/1.1 {} ", status));
}

std::string body_of(const std::string& answer) {
    return answer.substr(answer.find("\r\n\r\n") + 4);
}

std::vector<std::string> options_with(const std::vector<std::string>& more) {
    std::vector<std::string> options{"--listen", "127.0.0.1:0", "--interval", "200ms"};
    options.insert(options.end(), more.begin(), more.end());
    return options;
}

// A listening observer, and its port.
struct Listener {
    Process process;
    std::uint16_t port = 0;

    // `before`: a command that starts it.
    explicit Listener(const PipelineRun& run, const std::vector<std::string>& before = {},
                      const std::vector<std::string>& more = {})
        : process(start_observer(run, options_with(more), before)) {
        const std::string told = "listening at http://127.0.0.1:";
        REQUIRE(eventually([&] { return process.err().find(told) != std::string::npos; }));
        const std::string said = process.err();
        port = static_cast<std::uint16_t>(std::stoul(said.substr(said.find(told) + told.size())));
    }
};

// True if the other end has closed it. `sends`: a byte, each time that it is asked.
bool is_gone(const UniqueFd& fd, bool sends) {
    char byte = 0;
    const auto size = ::recv(fd.get(), &byte, 1, MSG_DONTWAIT | MSG_PEEK);
    const bool is_open = size > 0 || (size < 0 && errno == EAGAIN);
    return !is_open || (sends && ::send(fd.get(), "x", 1, MSG_NOSIGNAL) != 1);
}

// A client that says nothing (0 and 1: it may send bytes later), or asks and does not read (2).
UniqueFd connect_as(std::size_t kind, std::uint16_t port) {
    UniqueFd fd = try_to_connect(port);
    const std::string text = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";
    if (kind == 2) static_cast<void>(::send(fd.get(), text.data(), text.size(), MSG_NOSIGNAL));
    return fd;
}

struct Resources {
    std::ptrdiff_t descriptors;
    std::ptrdiff_t threads;
};
Resources resources_of(pid_t pid) {
    const auto count = [pid](const char* folder) {
        return std::distance(std::filesystem::directory_iterator(fmt::format("/proc/{}/{}", pid, folder)),
                             {});
    };
    return {count("fd"), count("task")};
}

// The browser that is installed; empty: none.
std::string browser() {
    for (const auto* file : {"/usr/bin/chromium", "/usr/bin/google-chrome"}) {
        if (std::filesystem::exists(file)) return file;
    }
    return {};
}

}  // namespace

TEST_CASE("the observer serves what it sees, through start, stop and end of a pipeline") {
    PipelineRun run;
    Listener listener(run);
    CHECK(has_status(ask(listener.port, "GET /healthz"), 503));
    auto supervisor =
        run.start({"--consumers", "2", "--source", "sequence", "--process", "simulate:cpu=100us"});
    // Before, there is a supervisor that has no children yet: nothing is wrong with that.
    REQUIRE(eventually([&] {
        return nlohmann::json::parse(body_of(ask(listener.port, "GET /status.json")))["state"] == "running";
    }));
    REQUIRE(eventually([&] { return has_status(ask(listener.port, "GET /healthz"), 200); }));
    CHECK(
        body_of(ask(listener.port, "GET /metrics")).find("\ninvoice_pipeline_up{pipeline=\"" + run.name()) !=
        std::string::npos);
    CHECK(body_of(ask(listener.port, "GET /")).starts_with("<!doctype html>"));
    CHECK(body_of(ask(listener.port, "HEAD /")).empty());
    CHECK(has_status(ask(listener.port, "GET /nothing"), 404));
    CHECK(has_status(ask(listener.port, "POST /"), 405));
    CHECK(has_status(ask(listener.port, "GET /status.json", "evil.example"), 421));

    supervisor.send(SIGSTOP);
    for (const pid_t child : supervisor.children()) ::kill(child, SIGSTOP);
    REQUIRE(eventually([&] {
        const std::string answer = ask(listener.port, "GET /healthz");
        return has_status(answer, 503) && answer.find("every process is stopped") != std::string::npos;
    }));
    for (const pid_t child : supervisor.children()) ::kill(child, SIGCONT);
    supervisor.send(SIGCONT);
    REQUIRE(eventually([&] { return has_status(ask(listener.port, "GET /healthz"), 200); }));
    supervisor.send(SIGTERM);
    CHECK(supervisor.wait() == 0);
    REQUIRE(eventually([&] {
        return nlohmann::json::parse(body_of(ask(listener.port, "GET /status.json")))["state"] == "finished";
    }));
    const auto last = nlohmann::json::parse(body_of(ask(listener.port, "GET /status.json")));
    CHECK(last["totals"]["stored"] == run.rows());
    listener.process.send(SIGTERM);
    CHECK(listener.process.wait() == 0);
    run.require_nothing_left();
}

TEST_CASE("a service whose consumers die at each start is called unhealthy, until they live") {
    PipelineRun run;
    const Installation installation(run.directory() / "programs");
    const std::filesystem::path consumer = installation / "consumer";
    const std::filesystem::path well = installation / "well";
    std::filesystem::rename(consumer, well);
    write_file(consumer, "#!/bin/sh\nexit 127\n");
    std::filesystem::permissions(consumer, std::filesystem::perms::owner_all);
    auto supervisor =
        run.start_program(installation / "supervisor",
                          {"--consumers", "2", "--source", "sequence", "--process", "simulate:1ms"});
    Listener listener(run);
    REQUIRE(eventually([&] {
        const std::string answer = ask(listener.port, "GET /healthz");
        return has_status(answer, 503) && answer.find("nothing has been processed for") != std::string::npos;
    }));
    CHECK(observe_once(run)["health"]["is_good"] == false);
    std::filesystem::rename(well, consumer);
    REQUIRE(eventually([&] { return has_status(ask(listener.port, "GET /healthz"), 200); }));
    CHECK(observe_once(run)["health"]["is_good"] == true);
    supervisor.send(SIGTERM);
    CHECK(supervisor.wait() == 0);
    listener.process.send(SIGTERM);
    CHECK(listener.process.wait() == 0);
    run.require_nothing_left();
}

TEST_CASE("hundreds of clients that are silent, slow or deaf keep nobody from an answer") {
    PipelineRun run;
    Listener listener(run, {"/bin/sh", "-c", "ulimit -n 300; exec \"$@\"", "sh"});
    // Each of its own kind, and a new one in the place of each that is gone: more than have a place.
    std::vector<UniqueFd> hostile(500);
    bool is_answered = true;
    for (int round = 0; round < 5; ++round) {
        for (std::size_t i = 0; i < hostile.size(); ++i) {
            if (!hostile[i] || is_gone(hostile[i], i % 3 == 1)) hostile[i] = connect_as(i % 3, listener.port);
        }
        is_answered = is_answered && has_status(ask(listener.port, "GET /healthz"), 503) &&
                      has_status(ask(listener.port, "GET /metrics"), 200);
    }
    const Resources used = resources_of(listener.process.pid());
    CHECK(is_answered);
    CHECK(used.threads == 1);
    CHECK(used.descriptors < 300);
    CHECK(listener.process.is_running());
    listener.process.send(SIGINT);
    CHECK(listener.process.wait() == 0);
}

TEST_CASE("clients that send a byte now and then have no more time than others, and leave nothing behind") {
    PipelineRun run;
    Listener listener(run);
    const auto before = resources_of(listener.process.pid()).descriptors;
    std::vector<UniqueFd> slow;
    for (int i = 0; i < 8; ++i) slow.push_back(connect_to(listener.port));
    CHECK(eventually([&] {
        return std::count_if(slow.begin(), slow.end(),
                             [](const UniqueFd& fd) { return is_gone(fd, true); }) == 8;
    }));
    CHECK(has_status(ask(listener.port, "GET /healthz"), 503));
    CHECK(eventually([&] { return resources_of(listener.process.pid()).descriptors == before; }));
}

TEST_CASE("a request that goes on and on has no answer, and one for many ranges has one whole one") {
    PipelineRun run;
    Listener listener(run);
    std::string headers = " HTTP/1.1";
    for (int i = 0; i < 200; ++i) headers += fmt::format("\r\nX-{}: {}", i, std::string(100, 'x'));
    CHECK_FALSE(has_status(ask(listener.port, "GET /" + headers + "\r\nX: "), 200));
    const std::string whole = ask(listener.port, "GET / HTTP/1.1\r\nRange: bytes=0-,0-,0-,0-,0-\r\nX: ");
    CHECK(has_status(whole, 200));
    CHECK(body_of(whole).starts_with("<!doctype html>"));
    CHECK(body_of(whole).size() == body_of(ask(listener.port, "GET /")).size());
}

TEST_CASE("an end does not wait for clients") {
    PipelineRun run;
    Listener listener(run);
    std::vector<UniqueFd> silent;
    for (int i = 0; i < 64; ++i) silent.push_back(connect_to(listener.port));
    listener.process.send(SIGTERM);
    CHECK(listener.process.wait() == 0);
}

TEST_CASE("with few descriptors fewer clients have a place, and others are answered all the same") {
    PipelineRun run;
    Listener listener(run, {"/bin/sh", "-c", "ulimit -n 24; exec \"$@\"", "sh"});
    std::vector<UniqueFd> silent;
    for (int i = 0; i < 100; ++i) silent.push_back(connect_to(listener.port));
    CHECK(has_status(ask(listener.port, "GET /healthz"), 503));
    CHECK(listener.process.is_running());
}

TEST_CASE("the observer listens at no address that others reach, and at none that is taken") {
    PipelineRun run;
    auto anywhere = start_observer(run, {"--listen", "0.0.0.0:0"});
    CHECK(anywhere.wait() == 64);
    CHECK(anywhere.err().find("--listen-anywhere") != std::string::npos);
    Listener listener(run);
    auto second = start_observer(run, {"--listen", fmt::format("127.0.0.1:{}", listener.port)});
    CHECK(second.wait() == 73);
    CHECK(lines_of(second.err()).size() == 1);
}

TEST_CASE("a socket that is handed over is used, as systemd does it") {
    PipelineRun run;
    // As descriptor 3, with the environment that sd_listen_fds(3) describes.
    const auto start = [&](const UniqueFd& given, const std::string& tag) {
        return Process({"/bin/sh", "-c", "exec 3<&0 0</dev/null; LISTEN_PID=$$ LISTEN_FDS=1 exec \"$@\"",
                        "sh", OBSERVER_PROGRAM, "--name", run.name(), "--listen", "127.0.0.1:1"},
                       run.directory(), tag, given.get());
    };
    const UniqueFd given(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    SECTION("one of this machine's own addresses") {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof(address);
        REQUIRE(::bind(given.get(), reinterpret_cast<const sockaddr*>(&address), size) == 0);
        REQUIRE(::listen(given.get(), 8) == 0);
        REQUIRE(::getsockname(given.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
        auto observer = start(given, "given");
        CHECK(has_status(ask(ntohs(address.sin_port), "GET /healthz"), 503));
        observer.send(SIGTERM);
        CHECK(observer.wait() == 0);
    }
    SECTION("not one that others reach") {
        REQUIRE(::listen(given.get(), 8) == 0);  // at any address
        auto observer = start(given, "given");
        CHECK(observer.wait() == 78);
        CHECK(observer.err().find("give --listen-anywhere") != std::string::npos);
    }
    SECTION("not one that does not listen") {
        auto observer = start(given, "given");
        CHECK(observer.wait() == 78);
        CHECK(observer.err().find("is no listening TCP socket") != std::string::npos);
    }
}

TEST_CASE("rows of the ledger are served, and nobody without the token gets them") {
    PipelineRun run;
    write_file(run.directory() / "token", "0123456789abcdef\n");
    std::filesystem::permissions(run.directory() / "token", std::filesystem::perms::owner_read);
    write_file(run.directory() / "ids", "good\nbad\n");
    auto supervisor =
        run.start({"--consumers", "1", "--source", "lines:" + (run.directory() / "ids").string(), "--once",
                   "--max-attempts", "1", "--process", "each:sh -c 'test $0 = good' {}"});
    CHECK(supervisor.wait() == 1);  // one has failed
    const Listener listener(run, {},
                            {"--token-file", (run.directory() / "token").string(), "--ledger",
                             "sqlite:" + run.ledger().string()});
    const auto ask_with_token = [&](const std::string& path) {
        return ask(listener.port,
                   "GET " + path + " HTTP/1.1\r\nAuthorization: Bearer 0123456789abcdef\r\nX: x");
    };
    CHECK(has_status(ask(listener.port, "GET /ledger/groups.json"), 401));
    CHECK(has_status(ask(listener.port, "GET /healthz"), 503));
    const std::string answer = ask_with_token("/ledger/groups.json");
    REQUIRE(has_status(answer, 200));
    const auto group = nlohmann::json::parse(body_of(answer))["page"].at(0);
    CHECK(group["status"] == "failed");
    CHECK(group["invoices"] == 1);
    const auto invoice = nlohmann::json::parse(body_of(ask_with_token("/ledger/invoice.json?id=bad")));
    CHECK(invoice["status"] == "failed");
    CHECK(invoice["commands"][0] == "clerk retry --ledger sqlite:" + run.ledger().string() + " bad");
    CHECK(has_status(ask_with_token("/ledger/invoice.json?id=unknown"), 404));
    CHECK(has_status(ask_with_token("/ledger/day.json"), 200));

    std::filesystem::permissions(run.directory() / "token", std::filesystem::perms::others_read,
                                 std::filesystem::perm_options::add);
    auto refused = start_observer(
        run, {"--listen", "127.0.0.1:0", "--token-file", (run.directory() / "token").string()});
    CHECK(refused.wait() == 78);
    CHECK(refused.err().find("chmod 600") != std::string::npos);
}

TEST_CASE("a browser shows the page") {
    if (browser().empty()) {
        fmt::print("skipped: there is no chromium here to look at the page with\n");
        return;
    }
    PipelineRun run;
    Listener listener(run);
    auto supervisor =
        run.start({"--consumers", "2", "--source", "sequence", "--process", "simulate:cpu=100us"});
    const auto has_a_line_to_draw = [&] {
        const auto status = nlohmann::json::parse(body_of(ask(listener.port, "GET /status.json")));
        return status["state"] == "running" && status["history"]["in_flight"].size() >= 3;
    };
    REQUIRE(eventually(has_a_line_to_draw));
    Process chromium(
        {browser(), "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--enable-logging=stderr", "--user-data-dir=" + (run.directory() / "browser").string(),
         "--virtual-time-budget=3000", "--dump-dom", fmt::format("http://127.0.0.1:{}/", listener.port)},
        run.directory(), "chromium");
    REQUIRE(chromium.wait() == 0);
    const std::string dom = chromium.out();
    INFO(dom);
    CHECK(dom.find(">" + run.name() + "</h1>") != std::string::npos);
    CHECK(dom.find("class=\"pill good\" role=\"status\">running<") != std::string::npos);
    CHECK(dom.find(">consumer 1</td>") != std::string::npos);
    CHECK(dom.find("<path class=\"a\" d=\"M") != std::string::npos);
    CHECK(dom.find("<dt>failed</dt><dd>0</dd>") != std::string::npos);
    // Neither a mistake in the script nor something that the policy forbids.
    CHECK(chromium.err().find("CONSOLE") == std::string::npos);
    supervisor.send(SIGTERM);
    CHECK(supervisor.wait() == 0);
}
