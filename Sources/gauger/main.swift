print("gauger")
