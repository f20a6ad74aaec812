package uri

func (Handler) register([]string) error { return ErrNoHandlers }

func (Handler) unregister([]string) error { return ErrNoHandlers }

func (Handler) owners([]string) ([]Owner, error) { return nil, ErrNoHandlers }
