# Makes C++ of the code in one Markdown document, so that what the documents show compiles, runs and prints what they say. Called by CMakeLists.txt
# here, with -v document=docs/x.md -v stem=docs_x -v directory=OUT. The word after ```cpp says what a block is:
#
#   ```cpp                 statements. Blocks under one heading share one function, in order, and are run. #include lines are moved to the top.
#   ```cpp continued       statements that go on in the function of the blocks before, though a heading stands between.
#   ```cpp anew            statements in a new function, though no heading stands between.
#   ```cpp throws          statements in braces of their own that must throw an xtgrad::Error; its message is what they print.
#   ```cpp declarations    at namespace scope: templates, functions, classes. All blocks of the document after it see them.
#   ```cpp program         a whole file with main, a program of its own (that has only what it includes), run, exit status 0.
#   ```text output         right after one of these: what that block prints to standard output. `…` stands for anything within a line; a
#                          line `…` alone stands for any number of lines. Spaces at the ends of lines do not count.
#   ```c++ fragment        not compiled. Keep these few: the test lists them.
#
# Everything but programs sees the public headers, <iostream> and `using namespace xtgrad`; current directory is a fresh one, and MNIST is the
# embedded subset. Blocks in other languages are left alone. Warnings about unused things are off, and shadowing is allowed.

function fail(message) {
    print document ":" NR ": " message > "/dev/stderr"
    failed = 1
    exit 1
}
function quoted(text) {
    gsub(/\\/, "\\\\", text)
    gsub(/"/, "\\\"", text)
    return "\"" text "\""
}
function at(line) { return "#line " line " " quoted(document) "\n" }
function close_function() {
    if (statements != "") functions = functions statements "}\n\n"
    statements = ""
}
function open_function(line) {
    close_function()
    statements = test_case(line)
}
function test_case(line) {
    return at(line) "TEST_CASE(" quoted(document ":" line ": " heading) ") {\n    documents::Page docs_page;\n"
}
function finish_block(line) {
    if (kind == "statements") {
        statements = statements "docs_page.begin();\n" at(first) body
    } else if (kind == "throws") {
        statements = statements "docs_page.begin();\n" at(first) "docs_page.must_throw([&] {\n" at(first) body "}, " quoted(document ":" first) ");\n"
    } else if (kind == "declarations") {
        declarations = declarations at(first) body "\n"
    } else if (kind == "program") {
        finish_program()
        ++programs
        program = stem "_" programs
        printf "%s%s", at(first), body > (directory "/program_" program ".cpp")
        close(directory "/program_" program ".cpp")
        program_test = test_case(first - 1) "docs_page.run_program(\"docs_program_" program "\");\n"
    } else if (kind == "output") {
        call = at(first) "docs_page.expect(R\"docs_text(" body ")docs_text\", " quoted(document ":" first) ");\n"
        if (before == "program") program_test = program_test call
        else if (before == "statements" || before == "throws") statements = statements call
        else fail("```text output stands after a block that prints")
    }
}
function finish_program() {
    if (program_test != "") functions = functions program_test "}\n\n"
    program_test = ""
}

!inside && /^ *#+ / {
    heading = $0
    sub(/^ *#+ +/, "", heading)
    new_heading = 1
    next
}
!inside && /^ *```/ {
    info = $0
    sub(/^ *```+ */, "", info)
    sub(/ +$/, "", info)
    inside = 1
    body = ""
    first = NR + 1
    before = kind
    if (info == "cpp" || info == "cpp throws") {
        kind = info == "cpp" ? "statements" : "throws"
        if (new_heading || statements == "") open_function(NR)
        new_heading = 0
    } else if (info == "cpp anew") {
        kind = "statements"
        open_function(NR)
        new_heading = 0
    } else if (info == "cpp continued") {
        if (statements == "") fail("there is no function to go on with")
        kind = "statements"
        new_heading = 0
    } else if (info == "cpp declarations") kind = "declarations"
    else if (info == "cpp program") kind = "program"
    else if (info == "text output") kind = "output"
    else if (info == "c++ fragment") {
        kind = "other"
        functions = functions "const documents::Fragment fragment_" NR "{" quoted(document ":" NR) "};\n"
    } else if (tolower(info) ~ /^(c|h)(pp|\+\+|xx|c)/) fail("unknown kind of block: " info " (tests/docs/extract.awk says which there are)")
    else kind = "other"
    next
}
inside && /^ *```/ {
    finish_block()
    inside = 0
    next
}
inside {
    if (kind != "program" && kind != "output" && kind != "other" && /^ *#include /) {
        includes = includes at(NR) $0 "\n"
        body = body "\n"
    } else body = body $0 "\n"
}
# Prose between a block and its output is allowed.

END {
    if (failed) exit 1
    if (inside) fail("the block of line " (first - 1) " has no end")
    finish_program()
    close_function()
    if (declarations == "" && functions == "") exit 0
    output = directory "/blocks_" stem ".cpp"
    printf "#include \"prelude.hpp\"\n%susing namespace xtgrad;\n\nnamespace {\n%s%s} // namespace\n", includes, declarations, functions > output
}
