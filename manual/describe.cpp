// SPDX-License-Identifier: Apache-2.0
// Prints what the programs declare of their command lines, as JSON: {PROGRAM: {usage, summary, groups:
// [{title, options: [{name, argument, help, default, required, letters}]}], commands: [{name, argument,
// help}]}}; only clerk and
// invoice-pipeline have commands, and a command of the latter has the `program` that it stands for. Manual
// pages, completions and the example configuration are made from it, so that none of them can say anything
// else than --help. It is a part of the build and is not installed.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "clerk/options/options.hpp"
#include "common/options/consumer_options.hpp"
#include "common/options/producer_options.hpp"
#include "front/front_commands.hpp"
#include "front/front_options.hpp"
#include "observer/options/options.hpp"
#include "supervisor/options/options.hpp"

namespace {

using nlohmann::ordered_json;
using namespace pipeline;

// In one line: where --help breaks it is a matter of its columns.
std::string unbroken(std::string text) {
    for (char& c : text) {
        if (c == '\n') c = ' ';
    }
    return text;
}

ordered_json describe(const CommandOption& option) {
    return {{"name", option.name},
            {"argument", option.argument},
            {"help", unbroken(option.help)},
            {"default", unbroken(option.fallback)},
            {"required", !option.missing.empty()},
            {"letters", option.letters}};
}

template <class Options>
void add_to(ordered_json& all) {
    Options options;
    const CommandLine command_line = with_common_options(declare(options));
    ordered_json groups = ordered_json::array();
    for (const auto& group : command_line.groups) {
        ordered_json described = ordered_json::array();
        for (const auto& option : group.options) described.push_back(describe(option));
        groups.push_back({{"title", group.title}, {"options", described}});
    }
    all[command_line.program] = {
        {"usage", command_line.usage}, {"summary", command_line.summary}, {"groups", groups}};
}

}  // namespace

int main() {
    ordered_json all;
    add_to<Options>(all);
    add_to<ProducerOptions>(all);
    add_to<ConsumerOptions>(all);
    add_to<ObserverOptions>(all);
    add_to<ClerkOptions>(all);
    for (const ClerkCommandTraits& command : kClerkCommands) {
        all["clerk"]["commands"].push_back(
            {{"name", command.word}, {"argument", command.arguments}, {"help", command.help}});
    }
    add_to<FrontOptions>(all);
    for (const FrontCommand& command : kFrontCommands) {
        all["invoice-pipeline"]["commands"].push_back({{"name", command.word},
                                                       {"argument", command.arguments},
                                                       {"help", command.help},
                                                       {"program", command.program}});
    }
    return std::puts(all.dump(2).c_str()) < 0 ? 1 : 0;
}
