// SPDX-License-Identifier: Apache-2.0
// What the tests of a spool's moves have in common: a ledger that knows what it is told, moves at each of
// which the process may die, and processes that die so.
#pragma once

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "common/ledger/ledger_lookup.hpp"
#include "producer/sources/file_moves.hpp"
#include "tests/support/catch.hpp"

namespace pipeline::test {

// Knows what a test says that it knows; `silent` times it cannot be asked.
class KnownFiles final : public LedgerLookup {
  public:
    std::map<std::pair<std::string, std::uint64_t>, Outcome> rows;
    int silent = 0;

    [[nodiscard]] bool remembers() const noexcept override { return true; }
    bool knows_source() override {
        if (silent > 0 && silent-- > 0) throw LedgerUnavailable("ledger: cannot be asked");
        return !rows.empty();
    }
    std::optional<Answer> find(std::string_view id, const FileIdentity& file) override {
        if (silent > 0 && silent-- > 0) throw LedgerUnavailable("ledger: cannot be asked");
        const auto found = rows.find({std::string(id), file.position()});
        if (found == rows.end()) return std::nullopt;
        return Answer{found->second, false, INT64_MAX};  // nobody has put it back since
    }
    void find_booked(std::span<const std::string_view>, std::span<bool>) override {}
    void close() noexcept override {}
};

// Moves of files that are not the probe: each call has a point before it and one after it. At point `kill_at`
// the process dies; `before_call(n)` is what others do just before the nth call.
class CutShort final : public FileMoves {
  public:
    CutShort(bool no_replace, unsigned kill_at) : no_replace_(no_replace), kill_at_(kill_at) {}
    std::function<void(unsigned)> before_call = [](unsigned) {};

    int rename(int from, const char* name, int to, const char* to_name, unsigned flags) override {
        if (!no_replace_ && flags != 0) return EINVAL;
        return step(name, [&] { return FileMoves::rename(from, name, to, to_name, flags); });
    }
    int link(int from, const char* name, int to, const char* to_name) override {
        return step(name, [&] { return FileMoves::link(from, name, to, to_name); });
    }
    int unlink(int folder, const char* name) override {
        return step(name, [&] { return FileMoves::unlink(folder, name); });
    }

    // A point at which the process may die.
    void point() {
        if (++points_ == kill_at_) ::kill(::getpid(), SIGKILL);
    }

  private:
    template <class Call>
    int step(const char* name, Call&& call) {
        if (*name == '.') return call();
        before_call(++calls_);
        point();
        const int error = call();
        point();
        return error;
    }
    bool no_replace_;
    unsigned kill_at_;
    unsigned points_ = 0;
    unsigned calls_ = 0;
};

// Does the action in a process of its own; false if that was not killed.
template <class Action>
bool dies(Action&& action) {
    const pid_t child = ::fork();
    if (child == 0) {
        try {
            action();
        } catch (...) {
            ::_exit(3);
        }
        ::_exit(0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    const bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    CAPTURE(status);
    REQUIRE((killed || status == 0));
    return killed;
}

}  // namespace pipeline::test
