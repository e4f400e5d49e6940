// SPDX-License-Identifier: Apache-2.0
#include "common/spec/process_spec.hpp"

#include <string>

#include "tests/support/catch.hpp"
#include "tests/unit/spec/spec_refusal.hpp"

using namespace std::chrono_literals;
using pipeline::parse_process;
using pipeline::process_forms_where;
using pipeline::ProcessSpec;
using pipeline::ProcessTraits;
using pipeline::SpecArgument;
using pipeline::test::refusal_of_value;

TEST_CASE("each form of a process is understood and can be parsed again", "[specs]") {
    struct Case {
        std::string text;
        ProcessSpec::Kind kind;
        std::chrono::nanoseconds duration;
        bool burn;
        std::string again;
    };
    using Kind = ProcessSpec::Kind;
    const auto wanted = GENERATE(values<Case>({
        {"invoice", Kind::Invoice, 0ns, false, "invoice"},
        {"ubl", Kind::Invoice, 0ns, false, "invoice"},
        {"none", Kind::None, 0ns, false, "none"},
        {"simulate:50us", Kind::Simulate, 50us, false, "simulate:50us"},
        {"simulate:cpu=50us", Kind::Simulate, 50us, true, "simulate:cpu=50us"},
        {"simulate:0", Kind::Simulate, 0ns, false, "simulate:0"},
        {"simulate:cpu=0ms", Kind::Simulate, 0ns, true, "simulate:cpu=0"},
        {"simulate:1.5ms", Kind::Simulate, 1500us, false, "simulate:1500us"},
        {"exec:./book --fast", Kind::Exec, 0ns, false, "exec:./book --fast"},
        {"each:convert 'a b' {}", Kind::Each, 0ns, false, "each:convert 'a b' {}"},
    }));
    CAPTURE(wanted.text);
    const auto spec = parse_process(wanted.text);
    CHECK(spec.kind == wanted.kind);
    CHECK(spec.duration == wanted.duration);
    CHECK(spec.burn == wanted.burn);
    CHECK(spec.text() == wanted.again);
    CHECK(parse_process(spec.text()).text() == spec.text());
}

TEST_CASE("a process that does not exist is refused with those that do", "[specs]") {
    const auto* text = GENERATE("", "UBL", "ubl:", "exec", "each", "simulate", "simulate:", "simulate:50",
                                "simulate:-1us", "simulate:cpu", "simulate:cpu=", "simulate:cpu:50us");
    CAPTURE(text);
    CHECK(refusal_of_value([&] { return parse_process(text); }) ==
          "invoice (or ubl), none, simulate:DURATION, simulate:cpu=DURATION (DURATION such as 50us), "
          "exec:COMMAND or "
          "each:COMMAND is accepted");
}

TEST_CASE("a command that is none is refused with what is accepted", "[specs]") {
    CHECK(parse_process("exec:sh -c 'read id; echo booked'").command ==
          std::vector<std::string>{"sh", "-c", "read id; echo booked"});
    CHECK(refusal_of_value([] { return parse_process("exec:"); }) ==
          "after 'exec:' a program and its arguments are accepted");
    CHECK(refusal_of_value([] { return parse_process("each: '' x"); }) ==
          "after 'each:' a program and its arguments are accepted");
    CHECK(refusal_of_value([] { return parse_process("exec:cat | sort"); }) ==
          "after 'exec:' no shell reads it: | is accepted in quotes, or a command of the form sh -c '...'");
    CHECK(refusal_of_value([] { return parse_process("exec:" + std::string(65'537, 'x')); }) ==
          "after 'exec:' a command of at most 65536 bytes is accepted: put it into a script");
}

TEST_CASE("only a command that is filled in for each invoice is checked for placeholders", "[specs]") {
    CHECK(refusal_of_value([] {
              return parse_process("each:show {name}");
          }).starts_with("after 'each:' {name} is no placeholder: "));
    CHECK(refusal_of_value([] {
              return parse_process("each:sh -c 'rm {}'");
          }).starts_with("after 'each:' a shell reads the text with {} "));
    CHECK(parse_process("exec:sh -c 'f() { read {name}; }'").command.size() == 3);
}

TEST_CASE("the processors of a kind are listed in their short forms", "[specs]") {
    CHECK(process_forms_where([](const ProcessTraits& traits) {
              return traits.files != ProcessTraits::Files::MustRead;
          }) == "none, simulate:DURATION, exec:COMMAND or each:COMMAND");
    CHECK(process_forms_where(
              [](const ProcessTraits& traits) { return traits.argument == SpecArgument::Command; }, ", ") ==
          "exec:COMMAND, each:COMMAND");
}
