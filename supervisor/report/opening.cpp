// SPDX-License-Identifier: Apache-2.0
#include "supervisor/report/opening.hpp"

#include <fmt/format.h>

#include "common/base/printable.hpp"

namespace pipeline {

std::string source_line(const Options& options) {
    if (!options.has_command) return {};
    switch (options.source_choice) {
        case SourceChoice::Given:
            return {};
        case SourceChoice::StandardInput:
            return "no --source is given: the ids come from standard input (lines:-), until it ends";
        case SourceChoice::Default:
            return fmt::format(
                "no --source is given, and standard input is no pipe and no file: the source is {}",
                printable(options.source.text()));
    }
    return {};
}

}  // namespace pipeline
