using Xunit;

namespace Memento.Tests.Merging.Json;

/// <summary>Objects that were replaced by others under the same name, and objects that only changed.</summary>
public sealed class JsonMergeRecordTests
{
    public static TheoryData<string, string, string, string> Conflicts => new()
    {
        {
            "Element with a type in common",
            """[{"id":1,"mail":"ann@x","name":"Ann","type":"user"}]""",
            """[{"id":1,"mail":"bob@x","name":"Bob","type":"user"}]""",
            """[{"id":1,"mail":"ann@x","name":"Ann","phone":"12","type":"user"}]"""
        },
        {
            "Member with another name",
            """{"lead":{"mail":"ann@x","name":"Ann","role":"admin"}}""",
            """{"lead":{"mail":"bob@x","name":"Bob","role":"admin"}}""",
            """{"lead":{"mail":"ann@x","name":"Ann","phone":"1","role":"admin"}}"""
        },
        {
            "Record of a map",
            """{"u1":{"mail":"ann@x","nick":"Ann"},"u2":{"mail":"eve@x","nick":"Eve"}}""",
            """{"u1":{"mail":"bob@x","nick":"Bob"},"u2":{"mail":"eve@x","nick":"Eve"}}""",
            """{"u1":{"mail":"ann@x","nick":"Ann","p":"1"},"u2":{"mail":"eve@x","nick":"Eve"}}"""
        },
        {
            "Element with a single text and a number",
            """[{"id":1,"item":"tea","qty":3}]""",
            """[{"id":1,"item":"rug","qty":900}]""",
            """[{"id":1,"item":"tea","paid":true,"qty":3}]"""
        },
        {
            "Element without a key, texts with a common beginning",
            """[{"uses":"actions/setup-node@v3","with":{"node-version":"16"}}]""",
            """[{"uses":"actions/setup-python@v3","with":{"python-version":"3.11"}}]""",
            """[{"uses":"actions/setup-node@v3","with":{"cache":"npm","node-version":"16"}}]"""
        },
        {
            "Element without a key, addresses with a common end",
            """[{"role":"admin","user":"ann.miller@example.org"}]""",
            """[{"mfa":true,"role":"admin","user":"ann.miller@example.org"}]""",
            """[{"role":"admin","user":"cid.moller@example.org"}]"""
        },
        {
            "Element without a key, images with a common beginning",
            """[{"image":"registry.example.org/web:1","ports":["80"]}]""",
            """[{"image":"registry.example.org/worker:1","ports":["80"]}]""",
            """[{"image":"registry.example.org/web:1","ports":["80","443"]}]"""
        },
        {
            "Element without a key, names one level down",
            """[{"role":"administrator","user":{"name":"ann"}}]""",
            """[{"mfa":true,"role":"administrator","user":{"name":"ann"}}]""",
            """[{"role":"administrator","user":{"name":"bob"}}]"""
        },
        {
            "Element without a key, one text left out for another",
            """[{"date":"2026-11-30","owner":"ann@example.org","task":"tea"}]""",
            """[{"date":"2026-11-30","done":true,"owner":"ann@example.org","task":"tea"}]""",
            """[{"call":"mum","date":"2026-11-30","owner":"ann@example.org"}]"""
        },
        {
            "Element without a key, addresses that are nearly the same",
            """[{"method":"GET","url":"https://example.org/api/users"}]""",
            """[{"method":"GET","url":"https://example.org/api/orders"}]""",
            """[{"auth":true,"method":"GET","url":"https://example.org/api/users"}]"""
        },
        {
            "Element without a key, all texts of a list replaced",
            """[{"kind":"permission","users":["ann"]}]""",
            """[{"kind":"permission","mfa":true,"users":["ann"]}]""",
            """[{"kind":"permission","users":["bob"]}]"""
        },
    };

    public static TheoryData<string, string, string, string, string> Clean => new()
    {
        {
            "All values changed, one added",
            """{"task":{"owner":"ann","status":"open"}}""",
            """{"task":{"owner":"bob","status":"done"}}""",
            """{"task":{"note":"hi there","owner":"ann","status":"open"}}""",
            """{"task":{"note":"hi there","owner":"bob","status":"done"}}"""
        },
        {
            "All versions raised, one added",
            """{"deps":{"x":"1.0.0","y":"1.0.0","z":"1.0.0"}}""",
            """{"deps":{"x":"2.0.0","y":"2.0.0","z":"2.0.0"}}""",
            """{"deps":{"a":"1.0.0","x":"1.0.0","y":"1.0.0","z":"1.0.0"}}""",
            """{"deps":{"a":"1.0.0","x":"2.0.0","y":"2.0.0","z":"2.0.0"}}"""
        },
        {
            "One replaced by another, one added",
            """{"deps":{"lodash":"1.0.0"}}""",
            """{"deps":{"ramda":"2.0.0"}}""",
            """{"deps":{"express":"1.0.0","lodash":"1.0.0"}}""",
            """{"deps":{"express":"1.0.0","ramda":"2.0.0"}}"""
        },
        {
            "Both gave an element the same new key, one changed it too",
            """[{"id":"a","v":1,"w":"text that tells"}]""",
            """[{"id":"b","v":2,"w":"text that tells"}]""",
            """[{"id":"b","v":1,"w":"text that tells"}]""",
            """[{"id":"b","v":2,"w":"text that tells"}]"""
        },
        {
            "Notebook cell of which one changed the source, the other the output",
            """[{"cell_type":"code","outputs":[],"source":"import os\nimport sys\nimport re"}]""",
            """[{"cell_type":"code","outputs":[{"x":1}],"source":"import os\nimport sys\nimport re"}]""",
            """[{"cell_type":"code","outputs":[],"source":"import os\nimport sys"}]""",
            """[{"cell_type":"code","outputs":[{"x":1}],"source":"import os\nimport sys"}]"""
        },
    };

    [Theory]
    [MemberData(nameof(Conflicts))]
    public void Replaced_record_that_the_other_side_changed_is_a_conflict(string name, string @base, string ours, string theirs)
    {
        Assert.True(JsonMerges.Clean(@base, ours, theirs) is null, name);
        Assert.True(JsonMerges.Clean(@base, theirs, ours) is null, name);
    }

    [Theory]
    [MemberData(nameof(Clean))]
    public void Members_of_an_object_that_only_changed_are_merged(string name, string @base, string ours, string theirs, string merged)
    {
        Assert.True(merged == JsonMerges.Clean(@base, ours, theirs), name);
        Assert.True(merged == JsonMerges.Clean(@base, theirs, ours), name);
    }
}
