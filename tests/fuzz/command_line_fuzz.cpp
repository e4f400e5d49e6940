// SPDX-License-Identifier: Apache-2.0
// Any arguments, and any bytes as the file of --config: options, an answer, or one line that says what is
// wrong. What was accepted can be said again, to a child, and means the same.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/base/error.hpp"
#include "common/options/consumer_options.hpp"
#include "common/options/producer_options.hpp"
#include "supervisor/options/options.hpp"
#include "tests/fuzz/memory_file.hpp"
#include "tests/fuzz/require.hpp"

using namespace pipeline;
using namespace pipeline::test;

namespace {

void check_message(const Failure& failure) {
    const std::string_view message = failure.what();
    require(!message.empty() && message.size() < 2000, "an error is short");
    require(is_one_line(message), "an error is one line");
}

// Arguments are separated by NUL.
std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> parts;
    while (parts.size() < 64) {
        const auto end = text.find('\0');
        parts.emplace_back(text.substr(0, end));
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
    }
    return parts;
}

std::vector<const char*> pointers(const std::vector<std::string>& arguments) {
    std::vector<const char*> result;
    for (const auto& argument : arguments) result.push_back(argument.c_str());
    return result;
}

template <class Parse>
void parse_again(const Parse& parse, std::span<const char* const> arguments) {
    try {
        const auto parsed = parse(arguments);
        if (parsed.index() != 0) return;
        const auto said = to_arguments(std::get<0>(parsed));
        const auto again = parse(pointers(said));
        require(again.index() == 0 && to_arguments(std::get<0>(again)) == said,
                "a child understands what it is told");
    } catch (const Failure& failure) {
        check_message(failure);
    }
}

void supervise(std::span<const char* const> arguments) {
    const auto environment = [](const char* variable) -> const char* {
        return std::string_view(variable) == "STATE_DIRECTORY" ? "/nowhere" : nullptr;
    };
    try {
        static_cast<void>(parse_options(arguments, environment));
    } catch (const Failure& failure) {
        check_message(failure);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    if (data[0] % 4 == 0) {
        static const MemoryFile file;
        file.set({data + 1, size - 1});
        const std::string path = file.path();
        supervise(std::vector<const char*>{"--consumers", "2", "--config", path.c_str()});
        return 0;
    }
    const auto arguments = split(text);
    // A file that is named is read: of these there is only the one above.
    for (const auto& argument : arguments) {
        if (argument.find("config") != std::string::npos) return 0;
    }
    switch (data[0] % 4) {
        case 1:
            supervise(pointers(arguments));
            break;
        case 2:
            parse_again(&parse_producer_options, pointers(arguments));
            break;
        default:
            parse_again(&parse_consumer_options, pointers(arguments));
    }
    return 0;
}
