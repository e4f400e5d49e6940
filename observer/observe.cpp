// SPDX-License-Identifier: Apache-2.0
#include "observer/observe.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <thread>

#include "common/base/error.hpp"
#include "common/base/log.hpp"
#include "common/base/output.hpp"
#include "common/core/segments/segments_finder.hpp"
#include "observer/audit/audit_command.hpp"
#include "observer/hosts/hosts_command.hpp"
#include "observer/judge/lookout.hpp"
#include "observer/screen/screen.hpp"
#include "observer/see/foreign_segments.hpp"
#include "observer/show/live_lines.hpp"
#include "observer/show/prometheus.hpp"
#include "observer/show/status_json.hpp"
#include "observer/show/status_text.hpp"
#include "observer/web/serve.hpp"

namespace pipeline {
namespace {

// Observes the pipeline twice and shows what it did in between. For --metrics one observation is enough: a
// monitor computes the differences of the counters itself.
ExitStatus show_once(const ObserverOptions& options) {
    Lookout lookout({options.name, options.lock_dirs});
    if (!lookout.look(true).now) {
        throw Failure(ExitStatus::NoInput,
                      fmt::format("there is no pipeline of --name '{}' now: start its supervisor; observer "
                                  "(invoice-pipeline top) waits for it, and observer --audit "
                                  "(invoice-pipeline audit) has what finished runs have recorded",
                                  options.name));
    }
    if (options.metrics) {
        print_output(prometheus_text(lookout.view()));
        return ExitStatus::Drained;
    }
    std::this_thread::sleep_for(options.interval);
    const View& view = lookout.look();
    print_output(options.json ? status_json(view) + "\n" : status_text(view));
    return ExitStatus::Drained;
}

}  // namespace

ExitStatus observe(const ObserverOptions& options) {
    survive_cuts();
    if (const auto owner = foreign_owner(SegmentsFinder(options.name, options.lock_dirs).find()))
        log(LogLevel::Warning, "the segments of '{}' belong to {}", options.name, *owner);
    if (options.audit) return audit_pipeline(options);
    if (options.hosts) return show_hosts(options);
    if (options.once || options.metrics) return show_once(options);
    if (options.listen) return serve(options);
    const bool is_terminal = ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1;
    return is_terminal && !options.json ? show_screen(options) : show_lines(options);
}

}  // namespace pipeline
