// SPDX-License-Identifier: Apache-2.0
#include "tests/support/postgres_server.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <grp.h>
#include <netinet/in.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <sstream>
#include <utility>

#include "common/ledger/postgresql/engine/pg_connection.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/eventually.hpp"

namespace pipeline::test {
namespace {

namespace fs = std::filesystem;

bool has_programs(const fs::path& folder) {
    return ::access((folder / "initdb").c_str(), X_OK) == 0 &&
           ::access((folder / "postgres").c_str(), X_OK) == 0;
}

// The version in Debian's path /usr/lib/postgresql/VERSION/bin.
int version_of(const fs::path& folder) {
    const std::string name = folder.parent_path().filename();
    int version = 0;
    std::from_chars(name.data(), name.data() + name.size(), version);
    return version;
}

// A port that nobody has at this moment.
std::uint16_t free_port() {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(fd >= 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    const bool is_bound = ::bind(fd, reinterpret_cast<const sockaddr*>(&address), length) == 0 &&
                          ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) == 0;
    ::close(fd);
    REQUIRE(is_bound);
    return ntohs(address.sin_port);
}

const passwd* postgres_user() {
    const passwd* const user = ::geteuid() == 0 ? ::getpwnam("postgres") : nullptr;
    if (::geteuid() == 0) REQUIRE(user != nullptr);
    return user;
}

// Gives the child to the user postgres, if it is root, and ends it with the test. A change of the user
// forgets the signal, so that comes second. Memory of the parent's is only read: the child has one thread.
void become_server(uid_t user, gid_t group, pid_t parent) {
    if (::geteuid() == 0 && (::setgroups(0, nullptr) != 0 || ::setgid(group) != 0 || ::setuid(user) != 0))
        ::_exit(126);
    if (::prctl(PR_SET_PDEATHSIG, SIGQUIT) != 0 || ::getppid() != parent) ::_exit(126);
}

std::function<void()> before_server() {
    const passwd* const user = postgres_user();
    const uid_t uid = user == nullptr ? 0 : user->pw_uid;
    const gid_t gid = user == nullptr ? 0 : user->pw_gid;
    return [uid, gid, parent = ::getpid()] { become_server(uid, gid, parent); };
}

}  // namespace

std::optional<fs::path> PostgresServer::programs() {
    std::vector<fs::path> found;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", ignored))
        if (has_programs(entry.path() / "bin")) found.push_back(entry.path() / "bin");
    if (!found.empty()) {
        return *std::max_element(found.begin(), found.end(), [](const fs::path& a, const fs::path& b) {
            return version_of(a) < version_of(b);
        });
    }
    const char* const path = std::getenv("PATH");
    std::istringstream folders(path == nullptr ? "" : path);
    for (std::string folder; std::getline(folders, folder, ':');)
        if (has_programs(folder)) return folder;
    return std::nullopt;
}

PostgresServer::PostgresServer(std::vector<std::string> options) : options_(std::move(options)) {
    const auto programs = PostgresServer::programs();
    REQUIRE(programs.has_value());
    programs_ = *programs;
    const fs::path data = folder_ / "data";
    fs::create_directory(data);
    if (const passwd* const user = postgres_user()) {
        for (const auto& path : {folder_.path(), data})
            REQUIRE(::chown(path.c_str(), user->pw_uid, user->pw_gid) == 0);
    }
    Process make({programs_ / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
                  "--locale=C", "--no-sync"},
                 folder_.path(), "initdb", -1, before_server());
    if (make.wait() != 0) FAIL("initdb: " << make.err() << make.out());
    // Somebody may take the port between the look and the start.
    for (int attempt = 0; attempt < 10; ++attempt) {
        port_ = free_port();
        if (try_start()) return;
    }
    FAIL("the server does not start; it has said:\n" << log());
}

PostgresServer::~PostgresServer() {
    end(SIGQUIT);
}

void PostgresServer::start() {
    end(SIGQUIT);
    if (!try_start()) FAIL("the server does not start; it has said:\n" << log());
}

// Returns false if the server ends instead of taking connections.
bool PostgresServer::try_start() {
    std::vector<std::string> argv{programs_ / "postgres",       "-D", folder_ / "data",     "-p",
                                  fmt::format("{}", port_),     "-k", folder_.path(),       "-c",
                                  "listen_addresses=127.0.0.1", "-c", "fsync=off",          "-c",
                                  "shared_buffers=64MB",        "-c", "max_connections=100"};
    argv.insert(argv.end(), options_.begin(), options_.end());
    process_ = std::make_unique<Process>(argv, folder_.path(), "server", -1, before_server());
    spare(process_->pid());
    bool is_up = false;
    const bool is_decided = eventually([&] {
        if (!process_->is_running()) return true;
        try {
            PgConnection database(url());
            is_up = true;
        } catch (const PgError&) {
            // It is not there yet, or recovers from a crash.
        }
        return is_up;
    });
    if (!is_decided || !is_up) process_.reset();
    return is_up;
}

void PostgresServer::end(int signal) noexcept {
    if (process_ == nullptr) return;
    if (process_->is_running()) ::kill(process_->pid(), signal);
    static_cast<void>(eventually([this] { return !process_->is_running(); }));
    process_.reset();  // kills it, if it has not ended
}

std::string PostgresServer::make_database(const std::string& name) {
    PgConnection database(url(), true, kDeadline);
    database.run(fmt::format("CREATE DATABASE \"{}\"", name));
    return url(name);
}

std::string PostgresServer::url(const std::string& database) const {
    return fmt::format("postgresql://postgres@127.0.0.1:{}/{}", port_, database);
}

std::string PostgresServer::log() const {
    return read_file(folder_ / "server.err");
}

PostgresServer* postgres_server() {
    if (!PostgresServer::programs()) {
        WARN("this test is skipped: no PostgreSQL server is installed (initdb, postgres)");
        return nullptr;
    }
    static PostgresServer server;
    return &server;
}

}  // namespace pipeline::test
