// SPDX-License-Identifier: Apache-2.0
#include "common/spec/source_spec.hpp"

#include <string>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/spec/spec_refusal.hpp"

using pipeline::parse_source;
using pipeline::source_forms_where;
using pipeline::source_traits_of;
using pipeline::SourceSpec;
using pipeline::SourceTraits;
using pipeline::test::here;
using pipeline::test::refusal_of_value;

TEST_CASE("each form of a source is understood and gives its own name", "[specs]") {
    struct Case {
        std::string text;
        SourceSpec::Kind kind;
        std::string path;
        std::string again;
        std::string name;
        bool ordered;
    };
    using Kind = SourceSpec::Kind;
    const auto wanted = GENERATE(values<Case>({
        {"spool:/var/in", Kind::Spool, "/var/in", "spool:/var/in", "spool:/var/in", false},
        {"spool:/var//in/./x/../", Kind::Spool, "/var/in", "spool:/var/in", "spool:/var/in", false},
        {"spool:/", Kind::Spool, "/", "spool:/", "spool:/", false},
        {"spool:/with space:and colon", Kind::Spool, "/with space:and colon", "spool:/with space:and colon",
         "spool:/with space:and colon", false},
        {"lines:/a/ids.txt", Kind::Lines, "/a/ids.txt", "lines:/a/ids.txt", "lines:/a/ids.txt", true},
        {"lines:/a/-", Kind::Lines, "/a/-", "lines:/a/-", "lines:/a/-", true},
        {"lines:-", Kind::StandardInput, "", "lines:-", "lines:-", true},
        {"lines0:/a/ids.txt", Kind::NulLines, "/a/ids.txt", "lines0:/a/ids.txt", "lines0:/a/ids.txt", true},
        {"lines0:-", Kind::NulStandardInput, "", "lines0:-", "lines0:-", true},
        {"sequence", Kind::Sequence, "", "sequence", "sequence", true},
        {"sequence:0", Kind::Sequence, "", "sequence:0", "sequence", true},
        {"sequence:1099511627776", Kind::Sequence, "", "sequence:1099511627776", "sequence", true},
        {"exec:/usr/bin/feed  -q 'a b'", Kind::Exec, "", "exec:/usr/bin/feed -q 'a b'",
         "exec:feed~d6c32aef91b9668a", false},
        {"nats://b:4223,a,[::1]:7/ORDERS/book", Kind::Nats, "", "nats://b:4223,a:4222,[::1]:7/ORDERS/book",
         "nats:ORDERS/book", false},
        {"table:work", Kind::Table, "", "table:work", "table:work", false},
        {R"(table:"Billing"."a""b.c")", Kind::Table, "", R"(table:"Billing"."a""b.c")",
         R"(table:"Billing"."a""b.c")", false},
    }));
    CAPTURE(wanted.text);
    const auto spec = parse_source(wanted.text);
    CHECK(spec.kind == wanted.kind);
    CHECK(spec.path.native() == wanted.path);
    CHECK(spec.text() == wanted.again);
    CHECK(spec.name() == wanted.name);
    CHECK(spec.traits().is_ordered == wanted.ordered);
    CHECK(parse_source(spec.text()).text() == spec.text());
}

TEST_CASE("a relative source means the same when a program in another directory parses it", "[specs]") {
    CHECK(parse_source("spool:in").text() == "spool:" + here("in"));
    CHECK(parse_source("spool:-in").text() == "spool:" + here("-in"));
    CHECK(parse_source("lines:./-").text() == "lines:" + here("-"));
    CHECK(parse_source("spool:.").text() == "spool:" + std::filesystem::current_path().native());
}

TEST_CASE("a sequence ends only if it is counted", "[specs]") {
    CHECK_FALSE(parse_source("sequence").count.has_value());
    CHECK(parse_source("sequence:0").count == 0U);
    CHECK(parse_source("sequence:38").count == 38U);
}

TEST_CASE("a command gives a source a name that tells nothing of its arguments", "[specs]") {
    const auto name = [](const std::string& text) { return parse_source(text).name(); };
    CHECK(name("exec:feed secret").find("secret") == std::string::npos);
    CHECK(name("exec:feed secret") == name("exec:feed  'secret'"));
    CHECK(name("exec:feed secret") != name("exec:feed other"));
    CHECK(name("exec:feed a b") != name("exec:feed 'a b'"));
    CHECK(parse_source("exec:feed secret").shown() == name("exec:feed secret"));
    CHECK(parse_source("sequence:5").shown() == "sequence:5");
    SourceSpec spec = parse_source("exec:feed secret");
    spec.origin = "orders";
    CHECK(spec.name() == "exec:orders");
    CHECK(spec.text() == "exec:feed secret");
    CHECK(refusal_of_value([] { return parse_source("exec:"); }) ==
          "after 'exec:' a program and its arguments are accepted");
    CHECK(refusal_of_value([] {
              return parse_source("exec:a | b");
          }).starts_with("after 'exec:' no shell reads it: | is accepted in quotes"));
}

TEST_CASE("a source that cannot be read is refused with the forms that can", "[specs]") {
    const auto* text = GENERATE("", "spool", "lines", "lines0", "lines00:-", "sequences", "Sequence",
                                "SPOOL:/x", "file:/x", "/x", " spool:/x", "sequence ");
    CAPTURE(text);
    CHECK(refusal_of_value([&] { return parse_source(text); }) ==
          "spool:DIR, lines:FILE, lines:- (stdin), lines0:FILE, lines0:-, "
          "sequence[:COUNT], exec:COMMAND, table:NAME or nats://HOST/STREAM/NAME is accepted");
}

TEST_CASE("the path of something that exists is answered with the source that reads it", "[specs]") {
    const pipeline::test::TemporaryFolder folder;
    const std::string list = folder / "list.txt";
    pipeline::test::write_file(list, "a\n");
    const std::string path = folder / "";
    struct Case {
        std::string text;
        std::string meant;
    };
    for (const Case& each :
         {Case{"-", "lines:-"}, Case{list, "lines:" + list}, Case{"file:" + list, "lines:" + list},
          Case{"file://" + list, "lines:" + list}, Case{path, "spool:" + path}}) {
        CAPTURE(each.text);
        CHECK(refusal_of_value([&] {
                  return parse_source(each.text);
              }).starts_with("did you mean " + each.meant + "? spool:DIR, lines:FILE, "));
    }
}

TEST_CASE("the part of a source that is wrong is named", "[specs]") {
    const std::string paths = " a path of 1 to 4095 bytes without NUL or newline is accepted";
    CHECK(refusal_of_value([] { return parse_source("spool:"); }) == "after 'spool:'" + paths);
    CHECK(refusal_of_value([] { return parse_source("lines:"); }) == "after 'lines:'" + paths);
    CHECK(refusal_of_value([] { return parse_source("spool:/a\nb"); }) == "after 'spool:'" + paths);
    CHECK(refusal_of_value([] { return parse_source(std::string_view("spool:/a\0b", 10)); }) ==
          "after 'spool:'" + paths);
    const auto* count = GENERATE("", "-1", "+1", " 1", "1 ", "1.5", "0x10", "1e3", "1099511627777",
                                 "99999999999999999999999");
    CAPTURE(count);
    CHECK(refusal_of_value([&] { return parse_source("sequence:" + std::string(count)); }) ==
          "after 'sequence:' a whole number from 0 to 1099511627776 is accepted");
}

TEST_CASE("the kind of a source is told from its name in the ledger", "[specs]") {
    for (const auto* text : {"spool:/in", "lines:/ids", "lines:-", "lines0:/ids", "lines0:-", "sequence:5",
                             "exec:feed -q", "table:a.b"}) {
        CAPTURE(text);
        const auto spec = parse_source(text);
        CHECK(source_traits_of(spec.name()) == &spec.traits());
        CHECK(spec.traits().kind == spec.kind);
    }
    CHECK(source_traits_of("") == nullptr);
    CHECK(source_traits_of("sequences") == nullptr);
    CHECK(source_traits_of("somewhere:/else") == nullptr);
}

TEST_CASE("a source with an origin has it in its name, and nowhere else", "[specs]") {
    struct Named {
        const char* text;
        const char* name;
    };
    for (const Named& each : {Named{"spool:/srv/in", "spool://h1/srv/in"}, Named{"lines:/a", "lines://h1/a"},
                              Named{"lines0:/a", "lines0://h1/a"}, Named{"lines:-", "lines:-@h1"},
                              Named{"lines0:-", "lines0:-@h1"}, Named{"sequence", "sequence@h1"}}) {
        CAPTURE(each.text);
        SourceSpec spec = parse_source(each.text);
        spec.origin = "h1";
        CHECK(spec.name() == each.name);
        CHECK(spec.text() == each.text);
        CHECK(pipeline::name_without_origin(each.name) == each.text);
        CHECK(pipeline::name_without_origin(each.text) == each.text);
        REQUIRE(source_traits_of(each.name) != nullptr);
        CHECK(source_traits_of(each.name)->kind == spec.kind);
    }
    CHECK(pipeline::name_without_origin("exec:book@1~0123456789abcdef") == "exec:book@1~0123456789abcdef");
}

TEST_CASE("the sources of a kind are listed in their short forms", "[specs]") {
    CHECK(source_forms_where([](const SourceTraits& traits) { return traits.is_ordered; }) ==
          "lines:FILE, lines:-, lines0:FILE, lines0:- or sequence[:COUNT]");
    CHECK(source_forms_where([](const SourceTraits& traits) { return !traits.is_ordered; }) ==
          "spool:DIR, exec:COMMAND, table:NAME or nats://HOST/STREAM/NAME");
    CHECK(source_forms_where([](const SourceTraits&) { return false; }).empty());
}
