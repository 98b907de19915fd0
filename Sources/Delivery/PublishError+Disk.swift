internal import Glibc

extension PublishError {
  /// The error that a failed call means to whoever publishes.
  package init(_ error: DiskError) {
    let (path, isSync, isRename) =
      switch error.call {
      case .openFolder(let path), .makeFolder(let path), .create(let path), .write(let path),
        .close(let path), .openFile(let path), .remove(let path):
        (path, false, false)
      case .sync(let path), .syncFolder(let path): (path, true, false)
      case .rename(_, let path), .link(_, let path): (path, false, true)
      }
    switch error.number {
    case ENOSPC, EDQUOT, EFBIG: self = .noSpace(path, error.text)
    case EACCES, EPERM, EROFS: self = .denied(path, error.text)
    case EEXIST: self = .exists(path)
    case ENOENT: self = .missing(path)
    case ELOOP, ENOTDIR: self = .notPlain(path)
    case EXDEV: self = .otherFileSystem(path)
    case _ where isSync: self = .notSynced(path, error.text)
    case _ where isRename: self = .notRenamed(path, error.text)
    case EINVAL: self = .notPlain(path)
    default: self = .inputOutput(path, error.text)
    }
  }
}
