// SPDX-License-Identifier: Apache-2.0
#include "consumer/protocol/json_member.hpp"

#include "tests/support/catch.hpp"

using pipeline::last_member;

TEST_CASE("the text of a member is found whatever stands around it", "[json_member]") {
    CHECK(last_member(R"({"result":1.50})", "result") == "1.50");
    CHECK(last_member(R"( { "a" : "x,}\"result\":2" , "result" : [ {"result":3} , "]" ] , "b":null } )",
                      "result") == R"([ {"result":3} , "]" ])");
    CHECK(last_member(R"({"result":"a\\","status":"}"})", "result") == R"("a\\")");
    CHECK(last_member(R"({"result":1,"result": -0e-5 })", "result") == "-0e-5");
    CHECK(last_member(R"({"r\u0065sult":true})", "result") == "true");
    CHECK(last_member(R"({"r\u0065sults":true})", "result").empty());
    CHECK(last_member(R"({"a":{"result":1}})", "result").empty());
    CHECK(last_member("{}", "result").empty());
    CHECK(last_member(R"({"result":{}})", "result") == "{}");
    CHECK(last_member(R"({"result":""})", "result") == R"("")");
}

TEST_CASE("what is no JSON is not read beyond its end", "[json_member]") {
    for (const char* text :
         {"", "{", R"({"result)", R"({"result")", R"({"result":)", R"({"result":[)", R"({"a\)"})
        CHECK(last_member(text, "result").size() <= 1);
}
