// SPDX-License-Identifier: Apache-2.0
#include "supervisor/report/opening.hpp"

#include <fmt/format.h>

#include "common/base/printable.hpp"

namespace pipeline {
namespace {

// Returns what becomes of a run over this source: "it is watched until ..." or "the run ends ...".
std::string course_of(const Options& options) {
    const SourceTraits& source = options.source.traits();
    if (options.once) return "the run ends when nothing is left in it";
    if (source.end == SourceTraits::End::Certain)
        return "when it has ended, the run goes on until it is stopped";
    return "it is watched until the run is stopped (Ctrl-C or SIGTERM)";
}

}  // namespace

std::string opening_line(const Options& options, bool is_person_there) {
    const std::string source = printable(options.source.shown());
    if (options.has_command && options.source_choice == SourceChoice::StandardInput)
        return "no --source is given: the ids come from standard input (lines:-), until it ends";
    if (options.has_command && options.source_choice == SourceChoice::Default) {
        return fmt::format(
            "no --source is given, and standard input is no pipe and no file: the source is {}; {}", source,
            course_of(options));
    }
    if (options.once || !(options.has_command || is_person_there)) return {};
    return fmt::format("the source is {}; {}; with --once the run ends by itself", source,
                       course_of(options));
}

}  // namespace pipeline
