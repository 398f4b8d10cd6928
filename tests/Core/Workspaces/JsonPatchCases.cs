using Xunit;

namespace Memento.Tests.Core.Workspaces;

/// <summary>What RFC 6902 and its appendix say, and what implementations get wrong. A result, or part of what the refusal says.</summary>
internal static class JsonPatchCases
{
    /// <summary>Document, patch, result.</summary>
    public static readonly TheoryData<string, string, string> Done = new()
    {
        // nothing to do
        { "{}", "[]", "{}" },
        { """{"b":[{"d":1,"c":2}],"a":1}""", "[]", """{"a":1,"b":[{"c":2,"d":1}]}""" },
        { """["x"]""", "[]", """["x"]""" },

        // add to objects
        { """{"name":"ada"}""", """[{"op":"add","path":"/age","value":36}]""", """{"name":"ada","age":36}""" },
        { """{"name":null}""", """[{"op":"add","path":"/name","value":1}]""", """{"name":1}""" },
        { "{}", """[{"op":"add","path":"/n","value":"1"}]""", """{"n":"1"}""" },
        { "{}", """[{"op":"add","path":"/n","value":1}]""", """{"n":1}""" },
        { """{"n":1}""", """[{"op":"add","path":"/list","value":[1,[2]]}]""", """{"n":1,"list":[1,[2]]}""" },
        { """{"list":[{"a":1}]}""", """[{"op":"add","path":"/list/0/b","value":"x"}]""", """{"list":[{"a":1,"b":"x"}]}""" },
        { """{"n":1}""", """[{"op":"add","path":"/t","value":true},{"op":"add","path":"/f","value":false},{"op":"add","path":"/z","value":null}]""", """{"n":1,"t":true,"f":false,"z":null}""" },
        { """{"n":1}""", """[{"op":"add","path":"/0","value":"zero"},{"op":"add","path":"/-","value":"dash"},{"op":"add","path":"/01","value":"one"}]""", """{"n":1,"0":"zero","-":"dash","01":"one"}""" },
        { "{}", """[{"op":"add","path":"/","value":1}]""", """{"":1}""" },
        { """{"a":{}}""", """[{"op":"add","path":"/a/","value":1}]""", """{"a":{"":1}}""" },
        { """{"n":"x"}""", """[{"op":"add","path":"/child","value":{"grandchild":{}}}]""", """{"n":"x","child":{"grandchild":{}}}""" },
        { """{"key":"a"}""", """[{"op":"add","path":"/KEY","value":"A"}]""", """{"key":"a","KEY":"A"}""" },
        { """{"__proto__":1}""", """[{"op":"add","path":"/constructor","value":2},{"op":"replace","path":"/__proto__","value":3}]""", """{"__proto__":3,"constructor":2}""" },

        // add to arrays
        { "[]", """[{"op":"add","path":"/0","value":"a"}]""", """["a"]""" },
        { "[]", """[{"op":"add","path":"/-","value":"a"}]""", """["a"]""" },
        { """["a"]""", """[{"op":"add","path":"/1","value":"b"}]""", """["a","b"]""" },
        { """["a","c"]""", """[{"op":"add","path":"/1","value":"b"}]""", """["a","b","c"]""" },
        { """["b","c"]""", """[{"op":"add","path":"/0","value":"a"}]""", """["a","b","c"]""" },
        { """["a","b"]""", """[{"op":"add","path":"/2","value":"c"}]""", """["a","b","c"]""" },
        { """["a","c"]""", """[{"op":"add","path":"/1","value":["x","y"]}]""", """["a",["x","y"],"c"]""" },
        { """{"l":["a"]}""", """[{"op":"add","path":"/l/-","value":["x","y"]}]""", """{"l":["a",["x","y"]]}""" },
        { "[1,2]", """[{"op":"add","path":"/-","value":{"a":["b"]}}]""", """[1,2,{"a":["b"]}]""" },
        { "[1,[2,[3]]]", """[{"op":"add","path":"/1/1/-","value":{"a":[]}}]""", """[1,[2,[3,{"a":[]}]]]""" },
        { """["0","1","2","3","4","5","6","7","8","9"]""", """[{"op":"add","path":"/10","value":"10"}]""", """["0","1","2","3","4","5","6","7","8","9","10"]""" },

        // the whole document
        { "{}", """[{"op":"add","path":"","value":[]}]""", "[]" },
        { "[]", """[{"op":"add","path":"","value":{}}]""", "{}" },
        { """{"a":1}""", """[{"op":"add","path":"","value":{"b":2}}]""", """{"b":2}""" },
        { """{"a":1}""", """[{"op":"replace","path":"","value":{"b":2}}]""", """{"b":2}""" },
        { "\"a\"", """[{"op":"replace","path":"","value":"b"}]""", "\"b\"" },
        { """{"a":{"b":1}}""", """[{"op":"move","from":"/a","path":""}]""", """{"b":1}""" },
        { """{"a":{"b":1}}""", """[{"op":"copy","from":"/a/b","path":""}]""", "1" },
        { """{"a":1}""", """[{"op":"copy","from":"","path":"/b"}]""", """{"a":1,"b":{"a":1}}""" },
        { """{"a":1}""", """[{"op":"test","path":"","value":{"a":1}}]""", """{"a":1}""" },
        { """{"a":1}""", """[{"op":"move","from":"","path":""}]""", """{"a":1}""" },

        // remove
        { """{"a":1,"b":[1,2]}""", """[{"op":"remove","path":"/b"}]""", """{"a":1}""" },
        { """{"a":null}""", """[{"op":"remove","path":"/a"}]""", "{}" },
        { """{"l":[{"a":1}]}""", """[{"op":"remove","path":"/l/0/a"}]""", """{"l":[{}]}""" },
        { """{"l":["a","b","c"]}""", """[{"op":"remove","path":"/l/1"}]""", """{"l":["a","c"]}""" },
        { "[1,2,3,4]", """[{"op":"remove","path":"/0"}]""", "[2,3,4]" },
        { "[1,2,3,4]", """[{"op":"remove","path":"/1"},{"op":"remove","path":"/2"}]""", "[1,3]" },
        { "[1]", """[{"op":"remove","path":"/0"},{"op":"add","path":"/0","value":2}]""", "[2]" },

        // replace
        { """{"a":1,"b":2}""", """[{"op":"replace","path":"/a","value":[1,2]}]""", """{"a":[1,2],"b":2}""" },
        { """{"a":1,"l":[{"x":"y"}]}""", """[{"op":"replace","path":"/l/0/x","value":"z"}]""", """{"a":1,"l":[{"x":"z"}]}""" },
        { """["a"]""", """[{"op":"replace","path":"/0","value":"b"}]""", """["b"]""" },
        { """["",""]""", """[{"op":"replace","path":"/0","value":0},{"op":"replace","path":"/1","value":true}]""", "[0,true]" },
        { """["",""]""", """[{"op":"replace","path":"/0","value":false},{"op":"replace","path":"/1","value":null}]""", "[false,null]" },
        { """["a","b"]""", """[{"op":"replace","path":"/1","value":["x","y"]}]""", """["a",["x","y"]]""" },
        { """{"a":null}""", """[{"op":"replace","path":"/a","value":"x"}]""", """{"a":"x"}""" },
        { """{"a":"x"}""", """[{"op":"replace","path":"/a","value":null}]""", """{"a":null}""" },

        // move
        { """{"a":1}""", """[{"op":"move","from":"/a","path":"/a"}]""", """{"a":1}""" },
        { """{"a":1,"b":{"c":2}}""", """[{"op":"move","from":"/a","path":"/d"}]""", """{"b":{"c":2},"d":1}""" },
        { """{"a":{"x":1,"y":2},"b":{"z":3}}""", """[{"op":"move","from":"/a/y","path":"/b/w"}]""", """{"a":{"x":1},"b":{"z":3,"w":2}}""" },
        { """{"l":[{"a":"x"}]}""", """[{"op":"move","from":"/l/0/a","path":"/l/1"}]""", """{"l":[{},"x"]}""" },
        { """{"l":["a","b","c","d"]}""", """[{"op":"move","from":"/l/1","path":"/l/3"}]""", """{"l":["a","c","d","b"]}""" },
        { """["a","b","c","d"]""", """[{"op":"move","from":"/3","path":"/0"}]""", """["d","a","b","c"]""" },
        { """["a","b"]""", """[{"op":"move","from":"/0","path":"/-"}]""", """["b","a"]""" },
        { """{"a":null}""", """[{"op":"move","from":"/a","path":"/b"}]""", """{"b":null}""" },
        { """{"a":1,"b":2}""", """[{"op":"move","from":"/a","path":"/b"}]""", """{"b":1}""" },
        { """{"a":{"b":1}}""", """[{"op":"move","from":"/a/b","path":"/a"}]""", """{"a":1}""" },
        { """{"a":1,"ab":{}}""", """[{"op":"move","from":"/a","path":"/ab/c"}]""", """{"ab":{"c":1}}""" },

        // copy
        { """{"l":[{"a":"x"}],"n":1}""", """[{"op":"copy","from":"/l/0","path":"/m"}]""", """{"l":[{"a":"x"}],"n":1,"m":{"a":"x"}}""" },
        { """{"a":null}""", """[{"op":"copy","from":"/a","path":"/b"}]""", """{"a":null,"b":null}""" },
        { """{"a":{"b":{"c":[{"d":"x"}]}}}""", """[{"op":"copy","from":"/a","path":"/z"},{"op":"replace","path":"/z/b/c/0/d","value":"y"}]""", """{"a":{"b":{"c":[{"d":"x"}]}},"z":{"b":{"c":[{"d":"y"}]}}}""" },
        { """{"a":{"b":{"c":[{"d":"x"}]}}}""", """[{"op":"copy","from":"/a","path":"/z"},{"op":"replace","path":"/a/b/c/0/d","value":"y"}]""", """{"a":{"b":{"c":[{"d":"y"}]}},"z":{"b":{"c":[{"d":"x"}]}}}""" },
        { """{"a":{}}""", """[{"op":"copy","from":"/a","path":"/a/a"},{"op":"copy","from":"/a","path":"/a/b"}]""", """{"a":{"a":{},"b":{"a":{}}}}""" },
        { "[1,2]", """[{"op":"copy","from":"/0","path":"/1"}]""", "[1,1,2]" },

        // test
        { """{"a":1}""", """[{"op":"test","path":"/a","value":1,"why":{"op":"remove"}}]""", """{"a":1}""" },
        { """{"a":null}""", """[{"op":"test","path":"/a","value":null}]""", """{"a":null}""" },
        { """{"a":"x","l":["y",2,"z"]}""", """[{"op":"test","path":"/a","value":"x"},{"op":"test","path":"/l/1","value":2}]""", """{"a":"x","l":["y",2,"z"]}""" },
        { """{"a":{"b":1,"c":[{"d":1,"e":2}]}}""", """[{"op":"test","path":"/a","value":{"c":[{"e":2,"d":1}],"b":1}}]""", """{"a":{"b":1,"c":[{"d":1,"e":2}]}}""" },
        { """{"n":100}""", """[{"op":"test","path":"/n","value":1.00e2}]""", """{"n":100}""" },
        { """{"s":"é"}""", """[{"op":"test","path":"/s","value":"\u00e9"}]""", """{"s":"é"}""" },
        { """{"1e0":"x"}""", """[{"op":"test","path":"/1e0","value":"x"}]""", """{"1e0":"x"}""" },
        { """{"":1}""", """[{"op":"test","path":"/","value":1}]""", """{"":1}""" },
        { """{"/":9,"~1":10}""", """[{"op":"test","path":"/~01","value":10},{"op":"test","path":"/~1","value":9}]""", """{"/":9,"~1":10}""" },
        {
            """{"":0," ":1,"a/b":2,"m~n":3,"p%q":4,"r^s":5,"t|u":6,"v\\w":7,"x\"y":8,"é\n🦀":9}""",
            """
            [{"op":"test","path":"/","value":0},{"op":"test","path":"/ ","value":1},{"op":"test","path":"/a~1b","value":2},{"op":"test","path":"/m~0n","value":3},
             {"op":"test","path":"/p%q","value":4},{"op":"test","path":"/r^s","value":5},{"op":"test","path":"/t|u","value":6},{"op":"test","path":"/v\\w","value":7},
             {"op":"test","path":"/x\"y","value":8},{"op":"test","path":"/\u00e9\u000a\ud83e\udd80","value":9}]
            """,
            """{"":0," ":1,"a/b":2,"m~n":3,"p%q":4,"r^s":5,"t|u":6,"v\\w":7,"x\"y":8,"é\n🦀":9}"""
        },
    };

    /// <summary>Document, patch, field of the error, part of what it says.</summary>
    public static readonly TheoryData<string, string, string, string> Refused = new()
    {
        // not possible in this document
        { """{"q":{"a":1}}""", """[{"op":"add","path":"/a/b","value":1}]""", "patch[0].path", "add at \"/a/b\" is not possible: the object at \"\" has no member \"a\"" },
        { """{"a":1}""", """[{"op":"add","path":"/a/b","value":1}]""", "patch[0].path", "the value at \"/a\" is neither an object nor an array" },
        { """{"a":1}""", """[{"op":"add","path":"/a/-","value":1}]""", "patch[0].path", "the value at \"/a\" is neither an object nor an array" },
        { """{"a":"text"}""", """[{"op":"add","path":"/a/0","value":1}]""", "patch[0].path", "the value at \"/a\" is neither an object nor an array" },
        { "[1,2]", """[{"op":"add","path":"/3","value":1}]""", "patch[0].path", "the array at \"\" has 2 elements, and none with the index \"3\"" },
        { """{"l":[1,2]}""", """[{"op":"add","path":"/l/8","value":1}]""", "patch[0].path", "the array at \"/l\" has 2 elements" },
        { """{"l":[1,2]}""", """[{"op":"add","path":"/l/-1","value":1}]""", "patch[0].path", "\"-1\" is no index of the array at \"/l\"" },
        { """["a","b"]""", """[{"op":"add","path":"/name","value":1}]""", "patch[0].path", "\"name\" is no index" },
        { """["a","b"]""", """[{"op":"add","path":"/1e0","value":1}]""", "patch[0].path", "\"1e0\" is no index" },
        { """["a","b"]""", """[{"op":"add","path":"/","value":1}]""", "patch[0].path", "\"\" is no index" },
        { """["a","b"]""", """[{"op":"add","path":"/ 1","value":1}]""", "patch[0].path", "\" 1\" is no index" },
        { """["a","b"]""", """[{"op":"add","path":"/+1","value":1}]""", "patch[0].path", "\"+1\" is no index" },
        { """["a","b"]""", """[{"op":"add","path":"/00","value":1}]""", "patch[0].path", "\"00\" is no index" },
        { """["a","b"]""", """[{"op":"add","path":"/02","value":1}]""", "patch[0].path", "\"02\" is no index" },
        { """["a","b"]""", """[{"op":"add","path":"/١","value":1}]""", "patch[0].path", "\"١\" is no index" },
        { """["a","b"]""", """[{"op":"add","path":"/4294967297","value":1}]""", "patch[0].path", "none with the index \"4294967297\"" },
        { """["a","b"]""", """[{"op":"add","path":"/-/x","value":1}]""", "patch[0].path", "- is the place after the last element" },
        { """["a","b"]""", """[{"op":"remove","path":"/-"}]""", "patch[0].path", "- is the place after the last element" },
        { """["a","b"]""", """[{"op":"replace","path":"/-","value":1}]""", "patch[0].path", "- is the place after the last element" },
        { """{"a":1}""", """[{"op":"remove","path":"/b"}]""", "patch[0].path", "remove at \"/b\" is not possible: the object at \"\" has no member \"b\"" },
        { """{"a":1}""", """[{"op":"remove","path":"/b/c"}]""", "patch[0].path", "has no member \"b\"" },
        { """{"l":[{"a":1}]}""", """[{"op":"remove","path":"/l/1e0/a"}]""", "patch[0].path", "\"1e0\" is no index" },
        { "[1,2]", """[{"op":"remove","path":"/2"}]""", "patch[0].path", "has 2 elements" },
        { "[]", """[{"op":"remove","path":"/0"}]""", "patch[0].path", "has 0 elements" },
        { "[1,2]", """[{"op":"remove","path":"/1e0"}]""", "patch[0].path", "\"1e0\" is no index" },
        { """{"a":1}""", """[{"op":"remove","path":""}]""", "patch[0].path", "the whole document cannot be removed" },
        { """{"a":1}""", """[{"op":"replace","path":"/b","value":1}]""", "patch[0].path", "has no member \"b\"" },
        { """{"a":1}""", """[{"op":"replace","path":"/b/c","value":1}]""", "patch[0].path", "has no member \"b\"" },
        { """[""]""", """[{"op":"replace","path":"/1e0","value":1}]""", "patch[0].path", "\"1e0\" is no index" },
        { """[""]""", """[{"op":"replace","path":"/1","value":1}]""", "patch[0].path", "has 1 elements" },
        { """{"a":1}""", """[{"op":"copy","from":"/b","path":"/a"}]""", "patch[0].from", "copy at \"/b\" is not possible: the object at \"\" has no member \"b\"" },
        { """{"l":[1,2]}""", """[{"op":"copy","from":"/l/1e0","path":"/a"}]""", "patch[0].from", "\"1e0\" is no index" },
        { """{"l":[1,2]}""", """[{"op":"copy","from":"/l/-","path":"/a"}]""", "patch[0].from", "- is the place after the last element" },
        { """{"a":1}""", """[{"op":"copy","from":"/a","path":"/b/c"}]""", "patch[0].path", "has no member \"b\"" },
        { """{"a":1}""", """[{"op":"move","from":"/b","path":"/a"}]""", "patch[0].from", "has no member \"b\"" },
        { """{"a":1}""", """[{"op":"move","from":"/b","path":"/b"}]""", "patch[0].from", "has no member \"b\"" },
        { """{"l":[1,2]}""", """[{"op":"move","from":"/l/1e0","path":"/a"}]""", "patch[0].from", "\"1e0\" is no index" },
        { """{"a":{"b":{}}}""", """[{"op":"move","from":"/a","path":"/a/b/c"}]""", "patch[0].path", "it is inside \"/a\", and a value cannot be moved into itself" },
        { """{"a":1}""", """[{"op":"move","from":"","path":"/b"}]""", "patch[0].path", "a value cannot be moved into itself" },
        { "[1,2]", """[{"op":"move","from":"/0","path":"/2"}]""", "patch[0].path", "has 1 elements" },
        { """{"a":1}""", """[{"op":"remove","path":"/a"},{"op":"add","path":"/b","value":1},{"op":"remove","path":"/a"}]""", "patch[2].path", "has no member \"a\"" },

        // no patch
        { "{}", "{}", "patch", "must be a JSON array of operations" },
        { "{}", """{"op":"add","path":"/a","value":1}""", "patch", "must be a JSON array of operations" },
        { "{}", "null", "patch", "must be a JSON array of operations" },
        { "{}", "[1]", "patch[0]", "must be a JSON object" },
        { "{}", "[[]]", "patch[0]", "must be a JSON object" },
        { "{}", """[{"path":"/a","value":1}]""", "patch[0].op", "is missing" },
        { "{}", """[{"op":"spam","path":"/a","value":1}]""", "patch[0].op", "\"spam\" is not one of: add, remove, replace, move, copy, test" },
        { "{}", """[{"op":"Add","path":"/a","value":1}]""", "patch[0].op", "\"Add\" is not one of" },
        { "{}", """[{"op":null,"path":"/a","value":1}]""", "patch[0].op", "must be a string, and is null" },
        { "{}", """[{"op":["add"],"path":"/a","value":1}]""", "patch[0].op", "must be a string, and is an array" },
        { "{}", """[{"op":"add","value":1}]""", "patch[0].path", "is missing" },
        { "{}", """[{"op":"add","path":null,"value":1}]""", "patch[0].path", "must be a string, and is null" },
        { "{}", """[{"op":"add","path":1,"value":1}]""", "patch[0].path", "must be a string, and is a number" },
        { "{}", """[{"op":"add","path":{},"value":1}]""", "patch[0].path", "must be a string, and is an object" },
        { "{}", """[{"op":"add","path":true,"value":1}]""", "patch[0].path", "must be a string, and is true or false" },
        { "{}", """[{"op":"add","path":"a","value":1}]""", "patch[0].path", "it must be empty or start with /" },
        { "{}", """[{"op":"add","path":"/a~2","value":1}]""", "patch[0].path", "must be followed by 0 or 1" },
        { "[1]", """[{"op":"add","path":"/-"}]""", "patch[0].value", "is missing" },
        { "[1]", """[{"op":"replace","path":"/0"}]""", "patch[0].value", "is missing" },
        { "[null]", """[{"op":"test","path":"/0"}]""", "patch[0].value", "is missing" },
        { "[false]", """[{"op":"test","path":"/0"}]""", "patch[0].value", "is missing" },
        { "[1]", """[{"op":"copy","path":"/-"}]""", "patch[0].from", "is missing" },
        { """{"a":1}""", """[{"op":"move","path":""}]""", "patch[0].from", "is missing" },
        { "[1]", """[{"op":"copy","from":"0","path":"/-"}]""", "patch[0].from", "it must be empty or start with /" },
        { """{"a":1}""", """[{"op":"test","path":"/a","value":2},{"op":"test","path":"/a"}]""", "patch[1].value", "is missing" },
        { """{"a":1}""", """[{"op":"add","path":"/b","value":2,"op":"move","from":"/a"}]""", "patch", "the name \"op\" twice in the object at \"/0\"" },
    };

    /// <summary>Document, patch, part of what the refusal says.</summary>
    public static readonly TheoryData<string, string, string> Failed = new()
    {
        { """{"a":"x"}""", """[{"op":"test","path":"/a","value":"y"}]""", "patch[0]: the test at \"/a\" failed: the value is \"x\", not \"y\"" },
        { """{"a":{"b":[1,2]}}""", """[{"op":"test","path":"/a","value":[1,2]}]""", "the value is {\"b\":[1,2]}, not [1,2]" },
        { """{"/":9,"~1":10}""", """[{"op":"test","path":"/~01","value":"10"}]""", "the value is 10, not \"10\"" },
        { "[1,2]", """[{"op":"test","path":"","value":[2,1]}]""", "the value is [1,2], not [2,1]" },
        { """{"a":false}""", """[{"op":"test","path":"/a","value":null}]""", "the value is false, not null" },
        { """{"a":0}""", """[{"op":"test","path":"/a","value":""}]""", "the value is 0, not \"\"" },
        { """{"a":{}}""", """[{"op":"test","path":"/a","value":[]}]""", "the value is {}, not []" },
        { """{"a":9007199254740993}""", """[{"op":"test","path":"/a","value":9007199254740992}]""", "the value is 9007199254740993, not 9007199254740992" },
        { """{"a":1}""", """[{"op":"test","path":"/b","value":null}]""", "the object at \"\" has no member \"b\"" },
        { """["a","b"]""", """[{"op":"test","path":"/1e0","value":"b"}]""", "\"1e0\" is no index" },
        { """["a","b"]""", """[{"op":"test","path":"/00","value":"a"}]""", "\"00\" is no index" },
        { """["a","b"]""", """[{"op":"test","path":"/01","value":"b"}]""", "\"01\" is no index" },
        { """["a","b"]""", """[{"op":"test","path":"/-","value":null}]""", "- is the place after the last element" },
        { """{"a":1}""", """[{"op":"replace","path":"/a","value":2},{"op":"test","path":"/a","value":1}]""", "patch[1]: the test at \"/a\" failed" },
        { """{"a":1}""", """[{"op":"test","path":"/a","value":"0123456789012345678901234567890123456789012345678901234567890123"}]""", "not a value of 66 bytes" },
    };
}
