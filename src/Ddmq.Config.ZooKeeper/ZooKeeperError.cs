namespace Ddmq.Config.ZooKeeper;

/// <summary>How a call ended; the numbers are the C client's (<c>enum ZOO_ERRORS</c>). A server may answer with one that is not named here.</summary>
public enum ZooKeeperError
{
    /// <summary>It succeeded.</summary>
    Ok = 0,

    /// <summary>The operating system refused something; below it lie the errors of client and connection.</summary>
    SystemError = -1,

    /// <summary>Part of a multi that was not carried out because another part failed.</summary>
    RuntimeInconsistency = -2,

    /// <summary>The server's data contradict each other.</summary>
    DataInconsistency = -3,

    /// <summary>The connection was lost while the call was under way. A write may have been carried out.</summary>
    ConnectionLoss = -4,

    /// <summary>Request or answer could not be written or read.</summary>
    MarshallingError = -5,

    /// <summary>The server does not know this operation.</summary>
    Unimplemented = -6,

    /// <summary>No answer in time. A write may have been carried out.</summary>
    OperationTimeout = -7,

    /// <summary>An argument was refused, most often the path.</summary>
    BadArguments = -8,

    /// <summary>The session is over (expired, or authentication failed) or not far enough for this call.</summary>
    InvalidState = -9,

    /// <summary>Below it lie the server's answers.</summary>
    ApiError = -100,

    /// <summary>There is no such node; for a create: no parent.</summary>
    NoNode = -101,

    /// <summary>The node's access control list does not allow it.</summary>
    NoAuth = -102,

    /// <summary>The node has another version than expected: somebody else wrote it.</summary>
    BadVersion = -103,

    /// <summary>The parent cannot have children.</summary>
    NoChildrenForEphemerals = -108,

    /// <summary>The node to create is there.</summary>
    NodeExists = -110,

    /// <summary>The node to delete has children.</summary>
    NotEmpty = -111,

    /// <summary>The server has ended the session.</summary>
    SessionExpired = -112,

    /// <summary>The access control list to set is not valid.</summary>
    InvalidAcl = -114,

    /// <summary>The server did not accept the credentials; the session is over.</summary>
    AuthFailed = -115,

    /// <summary>The session is being disposed. A write may have been carried out.</summary>
    Closing = -116,

    /// <summary>The session lives on another server by now.</summary>
    SessionMoved = -118,

    /// <summary>The server is read-only.</summary>
    NotReadOnly = -119,

    /// <summary>The server has too much to do and did nothing.</summary>
    ThrottledOperation = -127,
}
