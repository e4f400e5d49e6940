// SPDX-License-Identifier: Apache-2.0
// From what the command line names to the source that does it.
#pragma once

#include <memory>

#include "common/spec/specs.hpp"
#include "producer/sources/source.hpp"

namespace pipeline {

// Opens the source. `once` says that the pipeline is to finish when the source has nothing more: the end
// of a file is then the end of its last line, which otherwise may still grow. Throws Failure (NoInput: not
// there or not readable; CannotCreate: the spool's folders for what is done cannot be made;
// Configuration: what is there is not what `resume` says was read).
[[nodiscard]] std::unique_ptr<Source> open_source(const SourceSpec& spec, const Resume& resume, bool once,
                                                  const SourceContext& context = {});

}  // namespace pipeline
