using Spectre.Console;
using Spectre.Console.Rendering;

namespace Memento.Cli;

/// <summary>
/// Escapes the text of what a console draws. The console's own control sequences stay, which <see cref="EscapingWriter"/> could not tell
/// from those in the text.
/// </summary>
internal sealed class EscapingHook : IRenderHook
{
    public IEnumerable<IRenderable> Process(RenderOptions options, IEnumerable<IRenderable> renderables) =>
        renderables.Select(renderable => new Escaped(renderable));

    private sealed class Escaped(IRenderable inner) : IRenderable
    {
        public Measurement Measure(RenderOptions options, int maxWidth) => inner.Measure(options, maxWidth);

        public IEnumerable<Segment> Render(RenderOptions options, int maxWidth) => inner.Render(options, maxWidth).Select(Escape);

        private static Segment Escape(Segment segment) =>
            segment.IsControlCode || segment.IsLineBreak || TerminalText.Escape(segment.Text) is var text && text == segment.Text
                ? segment
                : new(text, segment.Style);
    }
}
