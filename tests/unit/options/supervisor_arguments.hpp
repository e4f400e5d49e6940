// SPDX-License-Identifier: Apache-2.0
// The supervisor's options, as parsed from arguments or a file.
#pragma once

#include "supervisor/options/options.hpp"

#include "common/spec/values.hpp"
#include "tests/support/command_line_support.hpp"
#include "tests/support/temporary_folder.hpp"

namespace pipeline::test {

using Arguments = std::vector<std::string>;

inline const auto kEnvironment = environment_of({{"HOME", "/home/u"}, {"XDG_RUNTIME_DIR", "/run/user/1"}});

inline std::variant<Options, EarlyExit> parse(const Arguments& arguments) {
    return parse_options(pointers_to(arguments), kEnvironment);
}
inline Options options_of(const Arguments& arguments) {
    return std::get<Options>(parse(arguments));
}
inline std::string answer_of(const Arguments& arguments) {
    return std::get<EarlyExit>(parse(arguments)).text;
}
inline std::string error_of(const Arguments& arguments) {
    return usage_error_of([&] { return parse(arguments); });
}

// The arguments with the one that must be given.
inline Arguments with_consumers(Arguments arguments) {
    arguments.insert(arguments.begin(), "--consumers=2");
    return arguments;
}

inline const std::string kConsumersText =
    "a whole number from 1 to 256, MIN..MAX of such numbers, or auto is accepted";

// A file of options that is gone with it.
class OptionsFile {
  public:
    explicit OptionsFile(const std::string& text) { folder_.write("options", text); }
    [[nodiscard]] const std::string& path() const noexcept { return path_; }

  private:
    TemporaryFolder folder_;
    std::string path_ = folder_ / "options";
};

}  // namespace pipeline::test
