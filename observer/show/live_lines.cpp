// SPDX-License-Identifier: Apache-2.0
#include "observer/show/live_lines.hpp"

#include <unistd.h>

#include "common/base/output.hpp"
#include "observer/judge/lookout.hpp"
#include "observer/see/ticker.hpp"
#include "observer/show/status_json.hpp"
#include "observer/show/status_text.hpp"

namespace pipeline {

ExitStatus show_lines(const ObserverOptions& options) {
    Ticker ticker(options.interval);
    Lookout lookout({options.name, options.lock_dirs});
    bool was_attached = false;
    std::string told;  // the last text printed that says why nothing can be observed
    // Prints a line, and waits while the reader of the output does not read. Returns false if SIGTERM or
    // SIGINT comes during that wait.
    const auto print = [&ticker](const std::string& line) {
        return print_output_while([&ticker] { return ticker.wait_for_room(STDOUT_FILENO); }, line + "\n");
    };
    do {
        const View& view = lookout.look();
        const std::string why = view.is_attached ? "" : waiting_text(view);
        // When a pipeline ends, print its final observation too, as a normal line.
        if (view.is_attached || was_attached) {
            if (!print(options.json ? status_json(view) : status_line(view))) break;
        } else if (why != told) {
            if (!print(options.json ? status_json(view) : why)) break;
            told = why;
        }
        if (view.is_attached) told.clear();
        was_attached = view.is_attached;
    } while (ticker.wait() != Ticker::Event::End);
    return ExitStatus::Drained;
}

}  // namespace pipeline
