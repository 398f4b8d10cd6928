using System.Text;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Memento.Cli;

/// <summary>Finished lines, which the console neither wraps nor fills up.</summary>
internal sealed class DiffLines : Renderable
{
    private readonly List<Segment> all = [];
    private readonly List<Segment> line = [];

    /// <summary>Adds to the line that is being written.</summary>
    public DiffLines Add(string text, Style? style = null)
    {
        if (text.Length > 0) line.Add(new Segment(text, style ?? Style.Plain));
        return this;
    }

    /// <summary>Adds glyphs, neighbours of the same look together.</summary>
    /// <returns>Their width in cells.</returns>
    public int Add(List<Glyph> glyphs, Style plain, Style marked)
    {
        var (text, width) = (new StringBuilder(), 0);
        for (var i = 0; i < glyphs.Count; i++)
        {
            text.Append(glyphs[i].Text);
            width += glyphs[i].Width;
            if (i + 1 < glyphs.Count && (glyphs[i].IsMarked, glyphs[i].IsRemark) == (glyphs[i + 1].IsMarked, glyphs[i + 1].IsRemark)) continue;
            Add(text.ToString(), glyphs[i].IsRemark ? DiffRendering.Faint : glyphs[i].IsMarked ? marked : plain);
            text.Clear();
        }

        return width;
    }

    /// <summary>Adds sentences, wrapped between words, and ends their last line.</summary>
    public void AddWrapped(int width, params ReadOnlySpan<(string Text, Style? Style)> pieces)
    {
        var used = 0;
        foreach (var (text, style) in pieces)
        {
            for (var start = 0; start < text.Length;)
            {
                var space = text.IndexOf(' ', start);
                var word = text[start..(space < 0 ? text.Length : space + 1)];
                var cells = word.TrimEnd(' ').GetCellWidth();
                if (used > 0 && used + cells > width)
                {
                    End();
                    used = 0;
                }

                Add(word, style);
                used += word.GetCellWidth();
                start += word.Length;
            }
        }

        End();
    }

    /// <summary>Ends the line, without the blanks at its end.</summary>
    public void End()
    {
        while (line.Count > 0 && line[^1] is var last && last.Text.EndsWith(' '))
        {
            line.RemoveAt(line.Count - 1);
            Add(last.Text.TrimEnd(' '), last.Style);
            if (last.Text.AsSpan().TrimEnd(' ').Length > 0) break;
        }

        all.AddRange(line);
        all.Add(Segment.LineBreak);
        line.Clear();
    }

    protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth) => all;
}
