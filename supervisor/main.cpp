// SPDX-License-Identifier: Apache-2.0
// supervisor: starts the pipeline, keeps it running, steers it by signals, drains it on SIGTERM or SIGINT.
#include <unistd.h>

#include <variant>

#include "common/base/log.hpp"
#include "common/os/program.hpp"
#include "common/os/signals.hpp"
#include "supervisor/options/options.hpp"
#include "supervisor/options/standard_input.hpp"
#include "supervisor/preflight/check.hpp"
#include "supervisor/supervise.hpp"

int main(int argc, char** argv) {
    using namespace pipeline;
    block_signals(kPipelineSignals);
    share_terminal();
    const auto parse = [&] {
        return parse_options(arguments_of(argc, argv), process_environment(), may_give_ids(STDIN_FILENO));
    };
    return run_program("supervisor", parse, [&](const Options& options) {
        if (options.checks) return check(options);
        return supervise(options, [&] { return std::get<Options>(parse()); });
    });
}
