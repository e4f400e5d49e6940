// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/leftover.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>

#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/ledger_lock.hpp"

namespace pipeline::test {
namespace {

constexpr std::uint64_t kCapacity = 64;  // of ring and storage

std::vector<std::string> options(const std::string& source, const std::string& process) {
    return {"--consumers",     "2",  "--source",           source, "--process", process,
            "--ring-capacity", "64", "--storage-capacity", "64",   "--once"};
}

}  // namespace

Leftover::Leftover() {
    auto supervisor = run_.start(options("sequence", "simulate:1ms"));
    REQUIRE(eventually([&] { return run_.has_rows(20); }));
    {
        const LedgerLock lock(run_.ledger());
        REQUIRE(eventually([&] {
            const auto segments = SegmentsView::open(run_.name());
            if (!segments) return false;
            const RingView ring = segments->ring();
            return run_.waiting() == kCapacity && ring.tail() - ring.head() == kCapacity &&
                   !ring.hand(0).empty() && !ring.hand(1).empty();
        }));
        numbers_ = run_.acquired() + 100;
        const auto children = supervisor.children();
        supervisor.send(SIGSTOP);  // so that it can neither replace nor notice
        for (const pid_t child : children) ::kill(child, SIGKILL);
        PipelineRun::kill_everything();
    }
    ring_bytes_ = read_file(ring());
    storage_bytes_ = read_file(storage());
}

void Leftover::restore() const {
    for (const auto& [path, bytes] : {std::pair(ring(), ring_bytes_), std::pair(storage(), storage_bytes_)}) {
        std::filesystem::remove_all(path);
        write_file(path, bytes);
        REQUIRE(::chmod(path.c_str(), 0600) == 0);
    }
}

void Leftover::change(const std::function<void(const Ring&, const Storage&)>& how) const {
    const auto segments = Segments::open(run_.name());
    REQUIRE(segments);
    how(segments->ring(), segments->storage());
}

Process Leftover::start(const std::function<void()>& before_exec) {
    return run_.start_in(before_exec, options(fmt::format("sequence:{}", numbers_), "none"));
}

}  // namespace pipeline::test
