// SPDX-License-Identifier: Apache-2.0
// A consumer that injects faults, whatever processor is asked for. The first word of an invoice's id says
// which, the rest makes it unique:
//
//     segv       writes where nothing is mapped          exit        ends the process with status 3
//     abort      calls abort()                           throw       throws std::runtime_error
//     hang       never returns, and sleeps               spin        never returns, and computes
//     allocate   takes memory until there is none        once PATH   as segv, unless PATH exists; makes it
//
// Any other invoice is booked.
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "common/base/fd.hpp"
#include "common/options/consumer_options.hpp"
#include "common/os/program.hpp"
#include "common/os/signals.hpp"
#include "consumer/consume.hpp"

namespace pipeline {
namespace {

void write_nowhere() {
    // Read at run time, so that no compiler knows what it is.
    volatile std::uintptr_t address = 8;
    *reinterpret_cast<volatile int*>(address) = 1;
}

// The limit keeps the machine out of it: it is this process that has no more, as in a small container.
void allocate_without_end() {
    std::size_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    const rlim_t most = pages * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE)) + (rlim_t{64} << 20U);
    const rlimit limit{most, most};
    ::setrlimit(RLIMIT_AS, &limit);
    std::vector<std::vector<char>> taken;
    while (true) taken.emplace_back(std::size_t{1} << 20U, 'x');
}

class FaultyProcessor final : public Processor {
  public:
    void process(const Acquired& invoice, Result& result) override {
        const std::string_view id = invoice.id;
        const auto space = id.find(' ');
        const std::string_view fault = id.substr(0, space);
        if (fault == "segv") write_nowhere();
        if (fault == "abort") std::abort();
        if (fault == "exit") ::_exit(3);
        if (fault == "throw") throw std::runtime_error("the processor has thrown");
        if (fault == "allocate") allocate_without_end();
        while (fault == "hang") ::pause();
        while (fault == "spin") asm volatile("");
        if (fault == "once" && space != std::string_view::npos) {
            const std::string path(id.substr(space + 1));
            const UniqueFd marker(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
            if (marker) write_nowhere();
        }
        result.set(Status::Booked);
    }
};

std::unique_ptr<Processor> make_faulty(const ProcessSpec&, std::shared_ptr<const SpoolFolder>, Patience) {
    return std::make_unique<FaultyProcessor>();
}

}  // namespace
}  // namespace pipeline

int main(int argc, char** argv) {
    using namespace pipeline;
    block_signals(kPipelineSignals);
    return run_program(
        "consumer", [&] { return parse_consumer_options(arguments_of(argc, argv)); },
        [](const ConsumerOptions& options) { return consume_with(make_faulty, options); }, OnShortage::Waits);
}
