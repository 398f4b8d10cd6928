using System.CommandLine;
using Memento.Workspaces;

namespace Memento.Cli.Workspaces;

internal static class DocumentsCommand
{
    public static Command Create(GlobalOptions globals) => new("docs", "Read, write, list and look back at the documents that a fleet shares.")
    {
        GetDocumentCommand.Create(globals),
        PutDocumentCommand.Create(globals),
        PatchDocumentCommand.Create(globals),
        DeleteDocumentCommand.Create(globals),
        ListDocumentsCommand.Create(globals),
        DocumentHistoryCommand.Create(globals),
        CompactCommand.Create(globals),
    };

    public static Argument<string> Document() => new("document")
    {
        Description = $"Kind and id, e.g. entity/parse or file/src/main.c. Kinds: {string.Join(", ", NamedEnumConverter<DocumentKind>.KnownNames)}.",
        HelpName = "KIND/ID",
    };

    public static DocumentKey Key(this ParseResult line, Argument<string> document) => DocumentKey.Parse(line.GetRequiredValue(document), "document");
}
