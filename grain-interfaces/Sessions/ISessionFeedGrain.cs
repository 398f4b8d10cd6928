namespace Memento.Sessions;

/// <summary>Follows all sessions of a workspace at once. Key: the workspace's name.</summary>
[Alias("memento.ISessionFeedGrain"), GrainInterfaceType("memento.session-feed")]
public interface ISessionFeedGrain : IGrainWithStringKey
{
    /// <summary>
    /// The events of all sessions in the order of their commits, first those that are there, then each as it is recorded: none is missed, none comes twice.
    /// </summary>
    /// <param name="after">A <see cref="FeedEvent.Cursor"/> to go on after; empty = from the beginning; null = only what comes from now on.</param>
    /// <param name="cancellationToken">Ends it.</param>
    [Alias("watch")] IAsyncEnumerable<FeedEvent> WatchAsync(string? after, CancellationToken cancellationToken = default);
}
